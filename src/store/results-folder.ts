import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, makeFolder } from '../config/index.js';
import { temporaryEnding } from './atomic-write.js';

/**
 * Makes sure, before any work starts, that results can be written: creates the folder and writes and removes a file.
 *
 * @throws RESULTS_UNWRITABLE with the system's reason
 */
export function openResultsFolder(folder: string): void {
  guardWrite(folder, () => {
    makeFolder(folder);
    const probe = join(folder, `.probe.${process.pid}${temporaryEnding}`);
    writeFileSync(probe, 'written to see whether results can be written here');
    rmSync(probe);
  });
}

/** Runs something that writes results, turning the system's refusal into RESULTS_UNWRITABLE. */
export function guardWrite<T>(where: string, write: () => T, hint = 'name another folder with --results'): T {
  try {
    return write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || !(code in reasons)) throw error;
    return fail(
      'RESULTS_UNWRITABLE',
      'The results folder cannot be written.',
      {
        source: where,
        found: reasons[code]!,
        accepted: 'a folder that can be written',
        hint,
      },
      error,
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission (EACCES)',
  EPERM: 'not permitted (EPERM)',
  EROFS: 'a read-only file system (EROFS)',
  ENOSPC: 'a full disk (ENOSPC)',
  EDQUOT: 'a used-up quota (EDQUOT)',
  ENOTDIR: 'a part of the path is a file, not a folder (ENOTDIR)',
  EEXIST: 'a file where the folder should be (EEXIST)',
  EISDIR: 'a folder where a file should be (EISDIR)',
  ENOENT: 'a path that cannot be created (ENOENT)',
  EIO: 'a disk error (EIO)',
};

/** Names of the folders in a results folder that hold a `run.json`, newest first. */
export function listRunFolders(resultsDir: string): string[] {
  return entries(resultsDir)
    .flatMap((name) => {
      const written = modified(join(resultsDir, name, 'run.json'));
      return written === undefined ? [] : [{ name, written }];
    })
    .sort((a, b) => b.written - a.written || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/** Removes what writes that were killed left behind. Only for a folder whose lock is held. */
export function sweepTemporaries(folder: string): void {
  for (const name of entries(folder)) {
    if (name.endsWith(temporaryEnding)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function modified(file: string): number | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    return undefined; // a file where a run's folder would be, or a folder that cannot be entered
  }
}
