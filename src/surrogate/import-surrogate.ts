import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, makeFolder } from '../config/index.js';
import type { Architecture, EncodingKind, SearchSpace } from '../space/index.js';
import { writeFileAtomic } from '../store/index.js';
import { createRng } from '../tensor/index.js';
import { columnRanges } from './feature-ranges.js';
import type { SurrogateCard } from './surrogate-card.js';
import { Booster } from './xgboost/booster.js';
import { importXgboost } from './xgboost/import-xgboost.js';

/** Models of XGBoost that together make a surrogate. */
export interface ImportRequest {
  readonly space: SearchSpace;
  /** Encoding of the space that they were fitted on; IBM's published models: `base`. */
  readonly encoding: EncodingKind;
  /** Files of the models of 1-day accuracy, its variation over one month, and its spread. */
  readonly models: { readonly score: string; readonly avm: string; readonly std: string };
  /** Folder that models and card are written to. */
  readonly to: string;
}

/** What was imported. */
export interface ImportSummary {
  readonly folder: string;
  readonly features: number;
  readonly models: Readonly<Record<string, { readonly objective: string; readonly trees: number }>>;
}

/** Architectures that the range of features is taken from: those of all sizes, and those within the limits. */
const RANGE_DRAWS = { anywhere: 4096, within: 2048 } as const;

/**
 * Makes a surrogate folder of models that XGBoost wrote: JSON, UBJSON, or the legacy binary of IBM's published surrogates.
 * They are written again as XGBoost's JSON. Predictions keep the models' units.
 *
 * @throws SURROGATE_INVALID when a file is no such model or takes another number of features; SURROGATE_UNAVAILABLE;
 *   LIMITS_UNREACHABLE when no architecture meets the limits of the space
 */
export function importSurrogate({ space, encoding, models, to }: ImportRequest): ImportSummary {
  const features = space.featureNames(encoding);
  const read = Object.entries(models).map(([target, file]) => ({ target, ...readModel(file, features.length) }));
  const card: SurrogateCard = {
    format: 2,
    kind: 'xgboost',
    space: space.name,
    encoding,
    features: [...features],
    ranges: spaceRanges(space, encoding),
    seed: 0,
    rows: 0,
    heldOutKendallTau: null,
    betterHalfKendallTau: null,
    avmKendallTau: null,
    stdKendallTau: null,
    folds: 0,
    engine: 'imported',
  };
  makeFolder(to);
  for (const { target, json } of read) writeFileAtomic(join(to, `xgboost-${target}.json`), json);
  writeFileAtomic(join(to, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  const told = read.map(({ target, objective, trees }) => [target, { objective, trees }] as const);
  return { folder: to, features: features.length, models: Object.fromEntries(told) };
}

/**
 * The range of the space, since the models say nothing of their training rows: that of architectures of all sizes, and of some
 * within the limits. Where limits leave little of a space, hardly any of the former is as small as those that a search
 * looks at.
 */
function spaceRanges(space: SearchSpace, encoding: EncodingKind): SurrogateCard['ranges'] {
  const rng = createRng(0, 'surrogate/import');
  const limited = rng.child('within');
  const anywhere = Array.from({ length: RANGE_DRAWS.anywhere }, () => space.sampleUnlimited(rng));
  const within = Array.from({ length: RANGE_DRAWS.within }, () => space.sample(limited));
  const encode = (a: Architecture) => (encoding === 'base' ? space.encode(a) : space.encodeExtended(a));
  return columnRanges([...anywhere, ...within].map(encode));
}

function readModel(file: string, features: number): { objective: string; trees: number; json: string } {
  const bytes = readBytes(file);
  const model = importXgboost(bytes, file);
  if (model.features !== features) {
    fail('SURROGATE_INVALID', 'The model was fitted on another number of features than the encoding has.', {
      source: file,
      found: `${model.features} features`,
      accepted: `${features} features`,
      hint: 'name the encoding with --encoding base or --encoding extended',
    });
  }
  const booster = Booster.fromBytes(bytes);
  try {
    return { objective: model.objective, trees: model.trees, json: booster.toJson() };
  } finally {
    booster.dispose();
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    return fail('DATA_MISSING', 'The model cannot be read.', {
      source: file,
      found: (error as NodeJS.ErrnoException).code ?? String(error),
      accepted: 'a model that XGBoost wrote',
    });
  }
}
