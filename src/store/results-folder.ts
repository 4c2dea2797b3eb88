import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../config/index.js';
import { temporaryEnding } from './atomic-write.js';
import { guardPlace, resultsHint } from './guard-write.js';
import { probeFolder } from './output-path.js';

/**
 * Makes sure, before any work starts, that results can be written: creates the folder and writes and removes a file.
 *
 * @throws RESULTS_UNWRITABLE with the system's reason
 */
export function openResultsFolder(folder: string): void {
  guardPlace(
    folder,
    () => {
      makeFolder(folder);
      probeFolder(folder);
    },
    resultsHint,
  );
}

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
