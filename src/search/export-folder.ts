import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, makeFolder } from '../config/index.js';
import { readModelInfo } from '../interop/index.js';
import { spaceFileName } from '../space/index.js';
import { guardWriteAsync, requireWritableFolder } from '../store/index.js';

/** What tells which point of which space a network is; the second only for a space of the user's own. */
export const architectureFiles: readonly string[] = ['architecture.json', spaceFileName];

/** All files that an export may hold. */
const exportFiles = [...architectureFiles, 'graph.json', 'weights.bin', 'model.json', 'model.weights.bin'];

/** Where an export is written before its files take their names. */
export const unfinished = '.export.tmp';

/**
 * Writes a network into a folder of the user's: a new or empty one, or one that holds an earlier export and nothing else,
 * whose files are replaced once all of the new ones are written.
 *
 * @param flag the flag that names the folder, for messages
 * @param write writes the files into the folder that it is given
 * @throws RESULTS_UNWRITABLE as {@link requireExportFolder} does; RESULTS_LOST
 */
export async function intoExportFolder<T>(
  folder: string,
  flag: string,
  write: (partial: string) => Promise<T>,
): Promise<T> {
  // The network took its time: what is in the folder now counts.
  await requireExportFolder(folder, flag);
  const partial = join(folder, unfinished);
  const clear = () => rmSync(partial, { recursive: true, force: true });
  const replace = async () => {
    makeFolder(folder);
    clear();
    const written = await write(partial);
    for (const name of exportFiles) rmSync(join(folder, name), { force: true });
    for (const name of readdirSync(partial)) renameSync(join(partial, name), join(folder, name));
    return written;
  };
  return guardWriteAsync(`${flag} ${folder}`, replace, `name another folder with ${flag}`).finally(clear);
}

/**
 * Refuses a folder that an export could not be written to, or would spoil: a file, or a folder that holds anything but
 * an earlier export.
 *
 * @param flag the flag that names the folder, for messages
 * @throws RESULTS_UNWRITABLE
 */
export async function requireExportFolder(folder: string, flag: string): Promise<void> {
  requireWritableFolder(folder, flag);
  const present = entries(folder).filter((name) => name !== unfinished);
  const foreign = present.find((name) => !exportFiles.includes(name));
  if (foreign === undefined && (present.length === 0 || (await holdsExport(folder)))) return;
  fail('RESULTS_UNWRITABLE', 'The folder for the trained network holds something else.', {
    source: `${flag} ${folder}`,
    found: foreign ?? present.join(', '),
    accepted: 'a folder that does not exist yet, is empty, or holds an earlier export and nothing else',
    hint: `${flag} ${join(folder, 'network')}`,
  });
}

function entries(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
}

/** Whether the folder holds a network that this program wrote. */
async function holdsExport(folder: string): Promise<boolean> {
  return readModelInfo(folder).then(
    () => true,
    () => false,
  );
}
