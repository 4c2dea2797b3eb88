import { fail, KirchhoffError } from '../config/index.js';
import { type Architecture, parseArchitecture, type SearchSpace } from '../space/index.js';

/**
 * The architecture in a row of a table.
 *
 * @param row from 1, the header not counted
 * @throws ARCHITECTURE_INVALID naming the file and the row, whatever is wrong with the architecture
 */
export function architectureOfRow(text: string, space: SearchSpace, file: string, row: number): Architecture {
  const source = `${file} row ${row}`;
  try {
    return parseArchitecture(text, space, source);
  } catch (error) {
    if (!(error instanceof KirchhoffError)) throw error;
    return fail(error.code, error.summary, { ...error.details, source }, error);
  }
}
