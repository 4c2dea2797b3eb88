import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail } from '../config/index.js';
import { temporaryEnding } from './atomic-write.js';

const lockName = 'run.lock';

/** Who holds a lock. */
interface Holder {
  pid: number;
  host: string;
  /** Distinguishes processes that got the same pid one after the other; empty where the system does not tell. */
  birth: string;
}

let attempts = 0;

/**
 * Takes the lock of a run folder, so that two processes never write one journal. A lock whose holder is no longer
 * alive on this machine is taken over; a lock of another machine is respected.
 *
 * @returns a function that gives the lock back
 * @throws RUN_LOCKED, naming the holder
 */
export function lockRun(folder: string): () => void {
  const lock = join(folder, lockName);
  const mine: Holder = { pid: process.pid, host: hostname(), birth: birthOf(process.pid) };
  for (let round = 0; round < 3; round++) {
    if (place(lock, mine)) return () => release(lock, mine);
    const holder = readHolder(lock);
    if (holder === 'gone') continue;
    if (holder === 'unreadable' || isAlive(holder)) refuse(lock, holder);
    setAside(lock);
  }
  return refuse(lock, readHolder(lock));
}

/** Whether a living process, or one that cannot be asked, works on a run folder. */
export function isLocked(folder: string): boolean {
  const holder = readHolder(join(folder, lockName));
  return holder === 'unreadable' || (holder !== 'gone' && isAlive(holder));
}

/** Creates the lock complete with its content, or returns false when there is one: linking is atomic. */
function place(lock: string, holder: Holder): boolean {
  const temporary = `${lock}.${process.pid}.${attempts++}${temporaryEnding}`;
  writeFileSync(temporary, JSON.stringify(holder));
  try {
    linkSync(temporary, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readHolder(lock: string): Holder | 'gone' | 'unreadable' {
  try {
    const holder = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Holder>;
    return typeof holder.pid === 'number' && typeof holder.host === 'string'
      ? { pid: holder.pid, host: holder.host, birth: String(holder.birth ?? '') }
      : 'unreadable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unreadable';
  }
}

/** Moves a dead lock away under a name of its own, so that of two processes doing so only one succeeds. */
function setAside(lock: string): void {
  const aside = `${lock}.stale.${process.pid}.${attempts++}${temporaryEnding}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const birth = birthOf(holder.pid);
  return holder.birth === '' || birth === '' || birth === holder.birth;
}

/** Start time of a process in clock ticks since boot (field 22 of /proc/<pid>/stat), with the boot's own id. */
function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
  } catch {
    return '';
  }
}

function release(lock: string, mine: Holder): void {
  const holder = readHolder(lock);
  if (typeof holder === 'object' && holder.pid === mine.pid && holder.birth === mine.birth)
    rmSync(lock, { force: true });
}

function refuse(lock: string, holder: Holder | 'gone' | 'unreadable'): never {
  const found = typeof holder === 'object' ? `process ${holder.pid} on ${holder.host}` : 'a lock that names no process';
  return fail('RUN_LOCKED', 'Another process is working on this run.', {
    source: lock,
    found,
    hint: 'wait for it to end; if it is certain that nothing works on this run, delete the lock file',
  });
}
