import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSearchConfig } from '../../src/search/index.js';
import { loadSpace } from '../../src/space/index.js';
import { RunStore } from '../../src/store/index.js';
import { createRng } from '../../src/tensor/index.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-importance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A journal whose accuracies depend on the width of the stem alone; returns the run's id. */
function journal(trials: number): string {
  const space = loadSpace('resnet-tiny');
  const config = parseSearchConfig({ task: { name: 'synthetic-shapes' }, space: 'resnet-tiny' }, 'test');
  const store = RunStore.create(folder, { version: '1', config: { ...config }, environment: {}, notes: [] });
  const rng = createRng(1, 'importance');
  const records = Array.from({ length: trials }, (_, number) => {
    const architecture = space.sample(rng);
    const mean = architecture.params.outChannel0! / 20;
    const chip = { cores: 4, utilisation: 0.5, latencySeconds: 1e-6, energyJoules: 1e-9, fits: true };
    const analog = [{ seconds: 86_400, mean, std: 0.01, repeats: 3 }];
    const metrics = { digitalAccuracy: 0.9, analog, avm: 0, params: 1000, macs: 5000, chip, seconds: 1, notes: [] };
    const head = { number, role: 'search' as const, key: 'k', name: space.hash(architecture), round: 0, architecture };
    const tail = { state: 'done' as const, metrics, reason: null, attempts: 1, finishedAt: new Date(0).toISOString() };
    return { ...head, predicted: null, ...tail };
  });
  store.update({ trials: records });
  store.close();
  return store.record.id;
}

/** Each test starts programs; a busy machine may take its time over them. */
describe('kirchhoff importance', { timeout: 180_000 }, () => {
  it('shows which genes mattered, beside what chance would show', () => {
    const id = journal(40);
    const { status, stdout } = kirchhoff('importance', id, '--results', folder, '--json');
    expect(status).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ run: id, trials: 40, importance: [{ objective: '1-day accuracy', trials: 40 }] });
    expect(answer.importance[0].genes[0]).toMatchObject({ gene: 'outChannel0', best: { value: '12' } });
    expect(kirchhoff('importance', id, '--results', folder).stdout).toMatch(/outChannel0 +\d\d\.\d/);
  });

  it('says when the trials are too few, and refuses a damaged run', () => {
    const few = kirchhoff('importance', journal(3), '--results', folder);
    expect(few).toMatchObject({
      status: 0,
      stdout: '3 successful trials tell nothing about the genes: 8 that differ are needed.\n',
    });
    const id = journal(1);
    writeFileSync(join(folder, id, 'run.json'), '{"format": 1,');
    const refused = kirchhoff('importance', id, '--results', folder, '--json');
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('not whole');
  });
});
