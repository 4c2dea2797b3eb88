import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isLocked, RunStore } from '../../src/store/index.js';
import { scratch, start } from './support.js';

describe('the lock of a run', () => {
  it('keeps a second writer out until the first one closes', () => {
    const results = scratch();
    const store = RunStore.create(results, start);
    const { id } = store.record;
    expect(() => RunStore.open(results, id)).toThrow(`process ${process.pid} on ${hostname()}`);
    expect(isLocked(store.folder)).toBe(true);
    store.close();
    expect(isLocked(store.folder)).toBe(false);
    RunStore.open(results, id).close();
  });

  it('keeps out a writer while another process is alive', async () => {
    const { results, id, lock } = closedRun();
    const other = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)']);
    onTestFinished(() => void other.kill('SIGKILL'));
    await once(other.stdout!, 'data');
    writeFileSync(lock, JSON.stringify({ pid: other.pid, host: hostname(), birth: '' }));
    expect(() => RunStore.open(results, id)).toThrow(`process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    RunStore.open(results, id).close();
  });

  it('takes over the lock of a process that is gone', () => {
    const { results, id, lock } = closedRun();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lock, JSON.stringify({ pid, host: hostname(), birth: '' }));
    const store = RunStore.open(results, id);
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid });
    store.close();
  });

  it.skipIf(process.platform !== 'linux')('takes over the lock of a process whose pid another one got', () => {
    const { results, id, lock } = closedRun();
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), birth: 'another boot/1' }));
    RunStore.open(results, id).close();
  });

  it('respects a lock of another machine and one it cannot read', () => {
    const { results, id, lock } = closedRun();
    writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere', birth: '' }));
    expect(() => RunStore.open(results, id)).toThrow('process 1 on elsewhere');
    writeFileSync(lock, 'what is this');
    expect(() => RunStore.open(results, id)).toThrow('a lock that names no process');
  });
});

function closedRun(): { results: string; id: string; lock: string } {
  const results = scratch();
  const store = RunStore.create(results, start);
  store.close();
  return { results, id: store.record.id, lock: join(store.folder, 'run.lock') };
}
