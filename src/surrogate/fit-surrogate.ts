import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../config/index.js';
import type { SearchSpace } from '../space/index.js';
import { createRng } from '../tensor/index.js';
import { ceilingOf } from './ceiling.js';
import { readCollection } from './collection.js';
import { createMaker, createSurrogate } from './create-surrogate.js';
import { repeatedFolds } from './cross-validation.js';
import { featureImportance, type HeldOutRows } from './feature-importance.js';
import type { Answers } from './quality.js';
import { qualityOfParts } from './quality.js';
import { crossValidate, patient } from './score-surrogate.js';
import type { TrialRow } from './surrogate.js';
import type { FitNotes } from './surrogate-card.js';
import type { SurrogateKind } from './surrogate-kind.js';
import { readTrialTable } from './trial-table.js';
import { featureTable } from './xgboost/booster.js';

/** What to fit a surrogate on, and where it goes. */
export interface FitRequest {
  readonly space: SearchSpace;
  /** CSV file of evaluated architectures; see {@link readTrialTable}. */
  readonly rows: string;
  /** CSV file with second evaluations of some of them; `repeats.csv` beside the rows if absent. */
  readonly repeats?: string | undefined;
  /** Folder that models and card are written to. */
  readonly to: string;
  readonly kind: SurrogateKind;
  /** Seed of models and folds. */
  readonly seed: number;
  readonly folds: number;
  /** Command line that asked for this; kept in the card. */
  readonly command: string;
}

/** What was fitted, and how good it is on rows that it has not seen. */
export interface FitSummary extends FitNotes {
  readonly folder: string;
  readonly kind: SurrogateKind;
  readonly rows: number;
}

/** Fewest architectures of a fold for which an order can be told. */
const LEAST_FOLD = 3;

/** Fewest architectures worth a saved surrogate: below, a fold of five holds too few for an order. */
const LEAST_ARCHITECTURES = 25;

/**
 * Fits a surrogate on collected rows, measures it on held-out parts of them, and writes models and card.
 *
 * @throws DATA_MISSING, DATA_INVALID, ARCHITECTURE_INVALID for the table; SURROGATE_INVALID for too few rows;
 *   SURROGATE_UNAVAILABLE
 */
export function fitSurrogate(request: FitRequest): FitSummary {
  const { space, kind, seed, to, command } = request;
  const { rows, dropped } = readTrialTable(request.rows, space);
  const architectures = new Set(rows.map(({ architecture }) => space.hash(architecture))).size;
  const folds = Math.min(request.folds, Math.floor(architectures / LEAST_FOLD));
  if (architectures < LEAST_ARCHITECTURES) {
    fail('SURROGATE_INVALID', 'Too few rows for a surrogate that is kept.', {
      source: request.rows,
      found: `${rows.length} rows with figures, of ${architectures} architectures`,
      accepted: `>= ${LEAST_ARCHITECTURES} architectures`,
    });
  }
  const [quality, importance] = heldOut({ ...request, folds }, rows);
  const notes: FitNotes = {
    command,
    dropped,
    quality: {
      oneDayAccuracy: quality,
      avm: crossValidate(kind, space, valuesOf(rows, 'avm'), folds, seed),
      std: crossValidate(kind, space, valuesOf(rows, 'std'), folds, seed),
    },
    ceiling: ceilingOf(space, rows, repeatsOf(request)),
    importance,
    collection: readCollection(request.rows),
  };
  const surrogate = createSurrogate(kind, space, { ...patient, folds: 0 });
  try {
    surrogate.fit(rows, createRng(seed, 'surrogate/fit'));
    surrogate.save(to, notes);
  } finally {
    surrogate.dispose();
  }
  return { folder: to, kind, rows: rows.length, ...notes };
}

/** Quality and importance of features for 1-day accuracy, from the same folds. */
function heldOut(
  { space, kind, seed, folds }: FitRequest,
  rows: readonly TrialRow[],
): [FitNotes['quality']['oneDayAccuracy'], FitNotes['importance']] {
  const encodings = rows.map(({ architecture }) => space.encodeExtended(architecture));
  const names = space.featureNames('extended');
  const tableOf = (places: readonly number[]) =>
    featureTable(
      places.map((i) => encodings[i]!),
      names.length,
    );
  const accuracies = rows.map((row) => row.oneDayAccuracy);
  const maker = createMaker(kind, patient);
  const answers: Answers[] = [];
  const parts: HeldOutRows[] = [];
  try {
    const hashes = rows.map(({ architecture }) => space.hash(architecture));
    for (const { kept, held } of repeatedFolds(hashes, folds, 1, createRng(seed, 'surrogate/score'))) {
      const labels = Float64Array.from(kept, (i) => accuracies[i]!);
      const model = maker.fit(tableOf(kept), labels, seed, 'both');
      parts.push({ model, table: tableOf(held), measured: held.map((i) => accuracies[i]!) });
      const { table, measured } = parts.at(-1)!;
      const { score, mean } = model.predict(table);
      answers.push({ predicted: score, expected: mean, measured });
    }
    const importance = featureImportance(parts, names, createRng(seed, 'surrogate/importance'));
    return [{ folds, ...qualityOfParts(answers) }, importance];
  } finally {
    for (const { model } of parts) model.dispose();
  }
}

function valuesOf(rows: readonly TrialRow[], key: 'avm' | 'std') {
  return rows.map((row) => ({ architecture: row.architecture, value: row[key] }));
}

function repeatsOf({ rows, repeats, space }: FitRequest): readonly TrialRow[] {
  const beside = join(dirname(rows), 'repeats.csv');
  const file = repeats ?? (existsSync(beside) ? beside : undefined);
  return file === undefined ? [] : readTrialTable(file, space).rows;
}
