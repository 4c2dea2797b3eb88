import { readFileSync } from 'node:fs';
import { fail, nearestWord } from '../config/index.js';
import type { Architecture, SearchSpace } from '../space/index.js';
import { parseCsv } from './csv.js';
import { architectureOfRow } from './row-architecture.js';

/** Architectures with one measured figure each. */
export interface MeasuredTable {
  readonly rows: readonly { readonly architecture: Architecture; readonly value: number }[];
  /** Rows left out because their target is no number. */
  readonly dropped: number;
}

/**
 * Reads a CSV file with a column `architecture` (what `parseArchitecture` reads) and a numeric target column. A
 * target `m ± s` is read as m. Rows whose target is no number are dropped and counted; nothing else is.
 *
 * @throws DATA_MISSING when the file cannot be read, DATA_INVALID when it is no such table, ARCHITECTURE_INVALID
 */
export function readMeasuredTable(file: string, space: SearchSpace, target: string): MeasuredTable {
  const { columns, rows } = readCsv(file);
  const architectureColumn = columnOf('architecture', columns, file);
  const targetColumn = columnOf(target, columns, file);
  const measured = rows.flatMap((row, i) => {
    const value = parseMean(row[targetColumn] ?? '');
    const text = row[architectureColumn] ?? '';
    return value === undefined ? [] : [{ architecture: architectureOfRow(text, space, file, i + 1), value }];
  });
  return { rows: measured, dropped: rows.length - measured.length };
}

/** The number in `12.5` or `12.5 ± 0.3`; undefined for anything else. */
export function parseMean(text: string): number | undefined {
  const [mean, spread, ...others] = text.split(/±|\+\/-/).map((part) => part.trim());
  const isNumber = (part: string | undefined) => part !== undefined && part !== '' && Number.isFinite(Number(part));
  if (others.length > 0 || !isNumber(mean) || (spread !== undefined && !isNumber(spread))) return undefined;
  return Number(mean);
}

/** The rows of a CSV file. @throws DATA_MISSING, DATA_INVALID */
export function readCsv(file: string): ReturnType<typeof parseCsv> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail('DATA_MISSING', 'The table cannot be read.', {
      source: file,
      found: (error as NodeJS.ErrnoException).code ?? String(error),
      accepted: 'a CSV file',
    });
  }
  try {
    return parseCsv(text);
  } catch (error) {
    return fail('DATA_INVALID', 'The table is damaged, or not CSV.', { source: file, found: (error as Error).message });
  }
}

/** Place of a column. @throws DATA_INVALID with the nearest name there is */
export function columnOf(name: string, columns: readonly string[], file: string): number {
  const index = columns.indexOf(name);
  if (index >= 0) return index;
  const guess = nearestWord(name, columns);
  return fail('DATA_INVALID', `The table has no column "${name}".${guess ? ` Did you mean "${guess}"?` : ''}`, {
    source: file,
    found: columns.length === 0 ? 'an empty file' : columns.join(', '),
    accepted: `a column "${name}"`,
  });
}
