import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDocument } from '../config/index.js';

/** Name of the file beside an architecture that describes its space, where that is none of the package's. */
export const spaceFileName = 'space.json';

/**
 * Where the space of an architecture is described: beside it, where a file of a space of that name lies there.
 *
 * @param file of the architecture
 * @param space what the architecture names
 * @returns what `loadSpace` takes
 */
export function spaceBeside(file: string, space: string): string {
  const beside = join(dirname(file), spaceFileName);
  return nameInFile(beside) === space ? beside : space;
}

/** The name that the file of a space gives it; undefined where there is no such file. */
export function nameInFile(file: string): string | undefined {
  if (!/[./\\]/.test(file) || !existsSync(file) || !statSync(file).isFile()) return undefined;
  const document = readDocument(file);
  const name = typeof document === 'object' && document !== null && 'name' in document ? document.name : undefined;
  return typeof name === 'string' ? name : undefined;
}
