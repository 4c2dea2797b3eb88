import type { z } from 'zod';
import { fail, parseWith } from '../config/index.js';
import { writeFileAtomic } from '../store/index.js';
import { readSurrogateFile } from './surrogate-card.js';

/** Writes a model of ours as JSON; typed arrays become lists. */
export function writeModelFile(file: string, model: object): void {
  const text = JSON.stringify(model, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
  );
  writeFileAtomic(file, `${text}\n`);
}

/** Reads what {@link writeModelFile} wrote. @throws SURROGATE_INVALID */
export function readModelFile<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  const text = readSurrogateFile(file).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('SURROGATE_INVALID', 'The model is not JSON.', { source: file, found: (error as Error).message });
  }
  return parseWith(schema, value, file, 'SURROGATE_INVALID');
}
