import { fail } from '../../config/index.js';
import { type Architecture, listedSpace, loadSpace, type SearchSpace } from '../../space/index.js';
import { readMeasuredTable } from '../../surrogate/index.js';

/** A search problem whose every answer is known: the architectures of a table, and what was measured of each. */
export interface Tabular {
  /** The listed architectures only. */
  readonly space: SearchSpace;
  readonly target: string;
  /** Architectures with a number for a target, each counted once. */
  readonly rows: number;
  /** Rows left out: their target is no number. */
  readonly dropped: number;
  /** Rows left out: their architecture stands further up. */
  readonly repeated: number;
  /** Highest value of all. */
  readonly best: number;
  /** The value of an architecture of the space. */
  valueOf(architecture: Architecture): number;
}

/** Fewest architectures that make a problem. */
const LEAST_ROWS = 10;

/**
 * Reads a table of measured architectures as a search problem.
 *
 * @param file a CSV file with a column `architecture` and the target column
 * @param target the column to be maximised; `m ± s` is read as m
 * @throws DATA_MISSING, DATA_INVALID, ARCHITECTURE_INVALID, SPACE_INVALID
 */
export function readTabular(file: string, spaceName: string, target: string): Tabular {
  const whole = loadSpace(spaceName);
  const { rows, dropped } = readMeasuredTable(file, whole, target);
  const values = new Map<string, number>();
  for (const { architecture, value } of rows) {
    const hash = whole.hash(architecture);
    if (!values.has(hash)) values.set(hash, value);
  }
  if (values.size < LEAST_ROWS) {
    fail('DATA_INVALID', 'The table has too few measured architectures for a search.', {
      source: file,
      found: `${values.size} architectures with a number in "${target}"`,
      accepted: `>= ${LEAST_ROWS}`,
    });
  }
  const space = listedSpace(
    whole,
    rows.map(({ architecture }) => architecture),
  );
  return {
    space,
    target,
    rows: values.size,
    dropped,
    repeated: rows.length - values.size,
    best: Math.max(...values.values()),
    valueOf: (architecture) => values.get(space.hash(architecture))!,
  };
}
