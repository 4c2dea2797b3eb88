import { fail } from '../config/index.js';

/** What can be said to a user of results that are kept in `--results`. */
export const resultsHint = 'name another folder with --results';

/** Makes a place for results before any work, turning the system's refusal into RESULTS_UNWRITABLE. */
export function guardPlace<T>(where: string, make: () => T, hint = 'name another folder'): T {
  return guarding(make, { ...refusalOf(where, hint), code: 'RESULTS_UNWRITABLE' });
}

/** Runs something that writes results, turning the system's refusal into RESULTS_LOST. */
export function guardWrite<T>(where: string, write: () => T, hint = 'name another folder'): T {
  return guarding(write, { ...refusalOf(where, hint), code: 'RESULTS_LOST' });
}

/** As {@link guardWrite}, for what writes in several steps. */
export async function guardWriteAsync<T>(
  where: string,
  write: () => Promise<T>,
  hint = 'name another folder',
): Promise<T> {
  return write().catch((error: unknown) => refuse(error, { ...refusalOf(where, hint), code: 'RESULTS_LOST' }));
}

/** How a refusal of the system is told. */
export interface Refusal {
  /** Whether the work was still to come, or is done. */
  readonly code: 'RESULTS_UNWRITABLE' | 'RESULTS_LOST';
  readonly summary: string;
  readonly source: string;
  readonly accepted: string;
  readonly hint: string;
}

function refusalOf(source: string, hint: string): Omit<Refusal, 'code'> {
  return { summary: 'The results folder cannot be written.', source, accepted: 'a folder that can be written', hint };
}

/** As these, in words of the caller's own. */
export function guarding<T>(write: () => T, refusal: Refusal): T {
  try {
    return write();
  } catch (error) {
    return refuse(error, refusal);
  }
}

function refuse(error: unknown, { code, summary, ...details }: Refusal): never {
  const { code: reason } = error as NodeJS.ErrnoException;
  if (typeof reason !== 'string' || !(reason in reasons)) throw error;
  return fail(code, summary, { ...details, found: reasons[reason]! }, error);
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
  ENAMETOOLONG: 'a name that is too long (ENAMETOOLONG)',
  ELOOP: 'links that lead in a circle (ELOOP)',
  ENOENT: 'a path that cannot be created (ENOENT)',
  EIO: 'a disk error (EIO)',
};
