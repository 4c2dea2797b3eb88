import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSearchConfig } from '../../src/search/config.js';
import { exportStudy } from '../../src/search/export-study.js';
import { loadSpace } from '../../src/space/index.js';
import { RunStore, type TrialRecord } from '../../src/store/index.js';
import { createRng } from '../../src/tensor/index.js';
import { readJournal } from '../interop/optuna/read-journal.js';
import { scratch } from './support/toy-run.js';

/** The journal of a run over a real space with made-up figures: what is tested is how they are written. */
function run(objective: string | string[], count = 6): { resultsDir: string; store: RunStore } {
  const space = loadSpace('resnet-tiny');
  const config = parseSearchConfig(
    { task: { name: 'synthetic-shapes' }, space: 'resnet-tiny', objective, limits: { avm: 0.1 } },
    'test',
  );
  const resultsDir = scratch();
  const store = RunStore.create(resultsDir, { version: '1', config: { ...config }, environment: {}, notes: ['drawn'] });
  const rng = createRng(1, 'export');
  for (let number = 0; number < count; number++) {
    const architecture = space.sample(rng);
    const failed = number === 2;
    const trial: TrialRecord = {
      number,
      role: number === count - 1 ? 'final' : 'search',
      key: 'k',
      name: space.hash(architecture),
      round: 0,
      architecture,
      predicted: null,
      state: failed ? 'failed' : 'done',
      metrics: failed
        ? null
        : {
            digitalAccuracy: 0.9,
            analog: [{ seconds: 86_400, mean: 0.5 + number / 100, std: 0.01, repeats: 3 }],
            avm: number / 20,
            params: 1000 + number,
            macs: 5000,
            chip: { cores: 4, utilisation: 0.5, latencySeconds: 1e-6, energyJoules: null, fits: true },
            seconds: 12.5,
            notes: [],
          },
      reason: failed ? 'no memory' : null,
      attempts: 1,
      finishedAt: '2026-01-02T03:04:05.678Z',
    };
    store.addTrial(trial);
  }
  store.close();
  return { resultsDir, store };
}

describe('a run exported to Optuna', () => {
  it('has its search trials with genes, values, limits and drift', () => {
    const { resultsDir, store } = run('oneDayAccuracy');
    const file = join(resultsDir, 'deep', 'study.log');
    expect(exportStudy(resultsDir, store.record.id, file)).toBe(5);
    const [study] = readJournal(readFileSync(file, 'utf8'));
    expect(study).toMatchObject({ name: `kirchhoff ${store.record.id}`, directions: ['maximize'] });
    expect(study!.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'fail', 'complete', 'complete']);
    for (const [number, { params, values, userAttributes, systemAttributes }] of study!.trials.entries()) {
      const { architecture } = store.record.trials[number]!;
      const read = { ...params };
      for (const gene of Object.keys(read).filter((name) => name.startsWith('convBlock'))) {
        read[gene] = 'ABCD'.indexOf(String(read[gene])) + 1;
      }
      expect(read).toEqual(architecture!.params);
      if (number === 2) {
        expect(userAttributes.reason).toBe('no memory');
        continue;
      }
      expect(values).toEqual([0.5 + number / 100]);
      expect(systemAttributes.constraints).toEqual([number / 20 - 0.1]);
      expect(userAttributes).toMatchObject({ cores: 4, energyJoules: null, drift: [{ seconds: 86_400, std: 0.01 }] });
    }
    expect(study!.trials[0]).toMatchObject({
      start: '2026-01-02T03:03:53.178000',
      complete: '2026-01-02T03:04:05.678000',
      distributions: {
        outChannel0: { name: 'IntDistribution', attributes: { low: 4, high: 12, step: 2, log: false } },
        convBlock1: { name: 'CategoricalDistribution', attributes: { choices: ['A', 'B', 'C', 'D'] } },
      },
    });
  });

  it('has a direction for each of several objectives', () => {
    const { resultsDir, store } = run(['oneDayAccuracy', 'params']);
    const file = join(resultsDir, 'study.log');
    exportStudy(resultsDir, store.record.id, file);
    const [study] = readJournal(readFileSync(file, 'utf8'));
    expect(study!.directions).toEqual(['maximize', 'minimize']);
    expect(study!.systemAttributes['study:metric_names']).toEqual(['1-day accuracy', 'parameters']);
    expect(study!.trials[1]!.values).toEqual([0.51, 1001]);
  });

  it('is refused for a run without trials, and where it cannot be written', () => {
    const empty = run('oneDayAccuracy', 0);
    const { id } = empty.store.record;
    const refusal = () => exportStudy(empty.resultsDir, id, 'x');
    expect(refusal).toThrow('no finished search trial yet');
    expect(refusal).toThrow(`kirchhoff resume ${id} --results ${empty.resultsDir}`);
    const { resultsDir, store } = run('oneDayAccuracy');
    mkdirSync(join(resultsDir, 'taken'));
    writeFileSync(join(resultsDir, 'file'), '');
    for (const file of ['taken', 'file/study.log']) {
      expect(() => exportStudy(resultsDir, store.record.id, join(resultsDir, file))).toThrow('cannot be written');
    }
  });
});
