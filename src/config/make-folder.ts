import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it; nothing happens where it exists. Node's own recursive `mkdir` never returns where a
 * folder that exists refuses to hold another by saying that it does not exist, as those of /proc and of automounts do.
 *
 * @throws the system's error (EACCES, ENOTDIR, EEXIST where a file has that name, ENOENT, ...)
 */
export function makeFolder(folder: string): void {
  const path = resolve(folder);
  if (isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error; // another process may have made it meanwhile
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
