import type { SearchSpace } from '../space/index.js';
import { columnOf, parseMean, readCsv } from './measured-table.js';
import { architectureOfRow } from './row-architecture.js';
import type { TrialRow } from './surrogate.js';

/** Evaluated architectures, as `kirchhoff surrogate collect` writes them. */
export interface TrialTable {
  readonly rows: readonly TrialRow[];
  /** Rows left out because one of the three figures is no number: evaluations that failed. */
  readonly dropped: number;
}

/**
 * Reads a CSV file with the columns `architecture`, `oneDayAccuracy`, `avm` and `std`; others are ignored.
 *
 * @throws DATA_MISSING when the file cannot be read, DATA_INVALID when it is no such table, ARCHITECTURE_INVALID
 */
export function readTrialTable(file: string, space: SearchSpace): TrialTable {
  const { columns, rows } = readCsv(file);
  const architectureColumn = columnOf('architecture', columns, file);
  const [accuracy, avm, std] = ['oneDayAccuracy', 'avm', 'std'].map((name) => columnOf(name, columns, file));
  const trials = rows.flatMap((row, i) => {
    const [a, v, s] = [accuracy!, avm!, std!].map((column) => parseMean(row[column]!));
    if (a === undefined || v === undefined || s === undefined) return [];
    const architecture = architectureOfRow(row[architectureColumn]!, space, file, i + 1);
    return [{ architecture, oneDayAccuracy: a, avm: v, std: s }];
  });
  return { rows: trials, dropped: rows.length - trials.length };
}
