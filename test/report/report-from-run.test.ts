import { expect, test } from 'vitest';
import { describeBinding, type RunJournal, type RunResult, reportFromRun } from '../../src/report/index.js';

const figures = {
  digitalAccuracy: 0.9,
  analog: [{ seconds: 86_400, mean: 0.8, std: 0.01, repeats: 5 }],
  avm: 0.03,
  params: 1_000,
  macs: 20_000,
};
const chip = { cores: 3, utilisation: 0.5, latencySeconds: null, energyJoules: null, fits: true };
const journal: RunJournal = {
  id: 'abc',
  state: 'finished',
  createdAt: '2026-01-01T00:00:00.000Z',
  elapsedSeconds: 61,
  notes: ['n'],
  program: { name: 'kirchhoff', version: '0.1.0' },
  environment: { node: 'v20' },
  config: { task: { name: 'cifar10' }, space: '/a/b/mine.json', chip: 'hermes-64', crossbar: { inpRes: 254 }, seed: 5 },
  trials: [
    { number: 0, role: 'search', round: 0, name: 'a', metrics: { ...figures, chip }, reason: null },
    { number: 1, role: 'search', round: 0, name: 'b', metrics: null, reason: 'died' },
    { number: 2, role: 'final', round: 1, name: 'a', metrics: { ...figures, chip }, reason: null },
  ],
};
const result: RunResult = {
  rows: [
    { role: 'found', rank: 1, name: 'a', measured: { ...figures, ...chip } },
    { role: 'baseline', rank: 0, name: 'resnet8', measured: null },
  ],
  surrogate: { rows: 24, heldOutKendallTau: 0.612345, parts: [1, 2] },
};

test('takes search trials, final networks and names from a run', () => {
  const data = reportFromRun(journal, result);
  expect(data).toMatchObject({ task: 'cifar10', space: 'mine.json', chip: 'hermes-64', crossbar: 'custom', seed: 5 });
  expect(data.trials.map(({ number, measured }) => [number, measured?.parameters ?? null])).toEqual([
    [0, 1_000],
    [1, null],
  ]);
  expect(data.networks).toEqual([
    {
      role: 'found',
      rank: 1,
      name: 'a',
      digitalAccuracy: 0.9,
      drift: figures.analog,
      avm: 0.03,
      parameters: 1_000,
      macs: 20_000,
      chip,
      binding: null,
    },
  ]);
  expect(data.surrogate).toEqual({ rows: 24, 'held out kendall tau': 0.6123 });
});

test('a run without a result has no final networks', () => {
  expect(reportFromRun({ ...journal, state: 'running' }, null)).toMatchObject({ networks: [], bestGraph: null });
});

test('says for every network which limit of the run binds', () => {
  const limits = { preset: 'tinyml', params: 2_000, macs: 15_000, cores: 64, energy: 1e-4, avm: 0.1 };
  const measured = { ...figures, chip: { ...chip, energyJoules: 9e-5 } };
  const trials = [{ ...journal.trials[0]!, metrics: measured }];
  const limited = { ...journal, config: { ...journal.config, limits }, trials };
  const [trial] = reportFromRun(limited, null).trials;
  expect(trial!.measured!.binding).toEqual({ name: 'macs', value: 20_000, limit: 15_000, share: 20 / 15 });
  expect(describeBinding(trial!.measured!.binding)).toBe('macs 133 %, broken');
  const wider = reportFromRun({ ...limited, config: { limits: { ...limits, macs: 1e6 } } }, null).trials[0]!.measured!;
  expect(wider.binding).toMatchObject({ name: 'energy', value: 9e-5 });
  expect(describeBinding(wider.binding)).toBe('energy 90 %');
  expect(describeBinding(reportFromRun(journal, null).trials[0]!.measured!.binding)).toBe('–');
});

test('says which trials had a rung, which lost more than the limit, and which one the run ranks first', () => {
  const trials = [
    { ...journal.trials[0]!, rung: 1 },
    { ...journal.trials[0]!, number: 1, metrics: { ...figures, avm: 0.3, chip } },
  ];
  const run = { ...journal, config: { ...journal.config, limits: { avm: 0.1 } }, trials };
  const data = reportFromRun(run, null, { bestTrial: 0 });
  expect(data.bestTrial).toBe(0);
  expect(data.trials.map(({ rung, beyondVariation }) => [rung, beyondVariation])).toEqual([
    [1, false],
    [undefined, true],
  ]);
});
