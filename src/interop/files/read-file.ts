import { readFile } from 'node:fs/promises';
import { fail } from '../../config/index.js';

/** All bytes of a file of a model. Throws MODEL_INVALID naming the file where it cannot be read. */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`;
    return fail('MODEL_INVALID', `A file of a model ${reason}.`, { source: file }, error);
  }
}

/** A JSON file of a model. Throws MODEL_INVALID naming the file where it is missing or not JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = (await readBytes(file)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message;
    return fail('MODEL_INVALID', 'A file of a model is not JSON; it may be cut short.', {
      source: file,
      found: reason,
    });
  }
}
