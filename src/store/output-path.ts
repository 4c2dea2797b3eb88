import { lstatSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { temporaryEnding } from './atomic-write.js';
import { guarding } from './guard-write.js';

/**
 * Makes sure, before any work starts, that a flag names a folder that can be written, or made. Leaves nothing behind.
 *
 * @param flag the flag as the user writes it, for example `--to`
 * @throws RESULTS_UNWRITABLE with the system's reason
 */
export function requireWritableFolder(folder: string, flag: string): void {
  guarding(() => probeFolder(lastStanding(folder)), {
    code: 'RESULTS_UNWRITABLE',
    summary: 'The folder for the results cannot be written.',
    source: `${flag} ${folder}`,
    accepted: 'a folder that can be written, or made',
    hint: `name another folder with ${flag}`,
  });
}

/** As {@link requireWritableFolder}, for a flag that names a file. */
export function requireWritableFile(file: string, flag: string): void {
  const check = () => {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
      throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR' });
    }
    probeFolder(lastStanding(dirname(file)));
  };
  guarding(check, {
    code: 'RESULTS_UNWRITABLE',
    summary: 'The file for the results cannot be written.',
    source: `${flag} ${file}`,
    accepted: 'a file that can be written, or made',
    hint: `name another file with ${flag}`,
  });
}

/** Writes a file into a folder and removes it. @throws the system's error */
export function probeFolder(folder: string): void {
  const file = join(folder, `.probe.${process.pid}${temporaryEnding}`);
  writeFileSync(file, 'written to see whether results can be written here');
  rmSync(file);
}

/** The path itself, or the nearest one above it that is there: a link that leads nowhere is there, and cannot be used. */
function lastStanding(path: string): string {
  const whole = resolve(path);
  return dirname(whole) === whole || lstatSync(whole, { throwIfNoEntry: false }) !== undefined
    ? whole
    : lastStanding(dirname(whole));
}
