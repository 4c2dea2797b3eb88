import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadChip } from '../../src/chip/index.js';
import { KirchhoffError } from '../../src/config/index.js';
import { loadTask } from '../../src/data/index.js';
import { chipFigures, programFingerprint } from '../../src/evaluate/index.js';
import { parseSearchConfig } from '../../src/search/config.js';
import type { RunSetup } from '../../src/search/setup.js';
import { enqueuedArchitectures } from '../../src/search/warm-start/enqueued.js';
import { coldStart, loadWarmStart, saveWarmStart, warmStartFrom } from '../../src/search/warm-start/warm-start.js';
import { loadSpace } from '../../src/space/index.js';
import { RunStore, readRun, type TrialRecord } from '../../src/store/index.js';
import { createRng } from '../../src/tensor/index.js';
import { conductToy, scratch, toyEvaluator, toySetup, toyStore } from './support/toy-run.js';

const chip = loadChip('hermes-64');

function enqueue(entries: string[], spaceName = 'analognas-cifar10', limits = {}) {
  const config = parseSearchConfig(
    { task: { name: 'synthetic-shapes' }, space: spaceName, search: { enqueue: entries }, limits },
    'test',
  );
  return enqueuedArchitectures(config, loadSpace(spaceName).withLimits(config.limits), chip);
}

function errorOf(action: () => unknown): KirchhoffError {
  try {
    action();
  } catch (error) {
    if (error instanceof KirchhoffError) return error;
  }
  throw new Error('nothing was refused');
}

describe('enqueued architectures', () => {
  const none = { params: 1e9, macs: 1e12, cores: 1e6 };

  it('are baselines as the space expresses them, each once', () => {
    const [resnet8, resnet32, ...others] = enqueue(['resnet8', 'resnet32', 'resnet8'], 'analognas-cifar10', none);
    expect(others).toEqual([]);
    expect(resnet8!.params).toMatchObject({
      outChannel0: 16,
      kernelSize0: 3,
      M: 3,
      R1: 1,
      widenFact2: 2,
      convBlock3: 1,
    });
    expect(resnet32!.params).toMatchObject({ R1: 5, R2: 5, R3: 5, B1: 1 });
  });

  it('move to the nearest values where the space has no others', () => {
    const [nearest] = enqueue(['resnet32'], 'resnet-tiny', none);
    expect(nearest!.params).toMatchObject({ outChannel0: 12, R1: 2, R2: 2, R3: 2, widenFact1: 1, widenFact3: 2 });
  });

  it('are the residual cell in NAS-Bench-201', () => {
    const [cell] = enqueue(['resnet8'], 'nasbench201', none);
    expect(cell!.params).toEqual({ edge01: 2, edge02: 1, edge03: 0, edge12: 2, edge13: 1, edge23: 0 });
  });

  it('may be files or written out', () => {
    const space = loadSpace('nasbench201');
    const file = join(scratch(), 'a.json');
    const architecture = {
      space: 'nasbench201',
      params: { edge01: 3, edge02: 1, edge03: 0, edge12: 2, edge13: 1, edge23: 0 },
    };
    writeFileSync(file, JSON.stringify(architecture));
    const found = enqueue([file, '(0, 0, 0, 0, 0, 2)'], 'nasbench201', none);
    expect(found[0]).toEqual(architecture);
    expect(found[1]).toEqual(space.canonical(found[1]!));
    expect(found).toHaveLength(2);
  });

  it('are refused when the space has nothing like them, or the limits do not let them in', () => {
    const unknown = errorOf(() => enqueue(['resnet9'], 'analognas-cifar10', none));
    expect(unknown).toMatchObject({ code: 'CONFIG_INVALID', details: { path: 'search.enqueue.0', found: 'resnet9' } });
    expect(unknown.details.accepted).toContain('resnet32');
    expect(errorOf(() => enqueue(['ds-cnn'])).message).toContain('nothing like a "ds-cnn"');
    const large = errorOf(() => enqueue(['resnet8'], 'resnet-tiny', { params: 1000 }));
    expect(large).toMatchObject({ code: 'CONFIG_INVALID', details: { path: 'search.enqueue.0' } });
    expect(large.details.found).toMatch(/parameters/);
  });

  it('are measured first, once, and count as trials', async () => {
    const plain = toySetup({ search: { strategy: 'random' } });
    const sample = { space: 'toy', params: { g0: 1, g1: 1, g2: 1, g3: 1, g4: 1, g5: 1, g6: 1, g7: 1 } };
    const setup = { ...plain, enqueued: [sample, plain.space.expressBaseline('resnet8')!] };
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const { trials } = await conductToy({ setup, store, resultsDir });
    expect(trials.done).toBe(12);
    const names = store.record.trials.filter(({ role }) => role === 'search').map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(setup.enqueued.map((a) => plain.space.hash(a)));
    expect(new Set(names).size).toBe(12);
  });

  it('are measured once where an earlier run brings them, too', async () => {
    const setup = toySetup({ search: { trials: 6 } });
    const [first, second, third] = ['0', '1', '2'].map((seed) => setup.space.sample(createRng(1, seed)));
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const warmStart = { ...coldStart, again: [second!, third!] };
    await conductToy({ setup: { ...setup, enqueued: [first!, second!] }, warmStart, store, resultsDir });
    const names = store.record.trials.filter(({ role }) => role === 'search').map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual([first, second, third].map((a) => setup.space.hash(a!)));
    expect(new Set(names).size).toBe(6);
  });

  it('are not proposed again by a strategy that does not know them', async () => {
    const setup = toySetup({ search: { strategy: 'random', trials: 10 } }, 7);
    const three = { space: 'toy', params: { g0: 3, g1: 0, g2: 0, g3: 0, g4: 0, g5: 0, g6: 0, g7: 0 } };
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    await conductToy({ setup: { ...setup, enqueued: [three] }, store, resultsDir });
    const names = store.record.trials.filter(({ role }) => role === 'search').map(({ name }) => name);
    expect(names).toHaveLength(10);
    expect(new Set(names).size).toBe(10);
  });
});

describe('a run from earlier ones', () => {
  /** A finished run and its results folder. */
  async function earlier(seed = 7, change: object = {}): Promise<{ resultsDir: string; id: string }> {
    const setup = toySetup({ seed, ...change });
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    await conductToy({ setup, store, resultsDir });
    store.close();
    return { resultsDir, id: store.record.id };
  }

  async function conduct(setup: RunSetup, resultsDir: string, store: RunStore, evaluator = toyEvaluator()) {
    return conductToy({
      setup,
      warmStart: await loadWarmStart(store.folder, setup, resultsDir),
      store,
      resultsDir,
      evaluator,
    });
  }

  it('takes over results that were measured alike, besides its own trials', async () => {
    const { resultsDir, id } = await earlier();
    const before = readRun(resultsDir, id).trials.filter(({ role }) => role === 'search');
    const setup = toySetup({ search: { from: id, trials: 8 } });
    const store = toyStore(setup, resultsDir);
    const evaluator = toyEvaluator();
    const result = await conduct(setup, resultsDir, store, evaluator);
    const trials = store.record.trials.filter(({ role }) => role === 'search');
    expect(trials.map(({ number }) => number)).toEqual([...Array(20).keys()]);
    // the toy evaluator invents what a network needs on the chip; what is taken over is counted for the run's own
    const apart = ({ metrics }: TrialRecord) => ({ ...metrics, chip: null });
    expect(trials.slice(0, 12).map(apart)).toEqual(before.map(apart));
    expect(trials.map(({ importedFrom }) => importedFrom)).toEqual([
      ...Array(12).fill(id),
      ...Array(8).fill(undefined),
    ]);
    expect(evaluator.heard.every((number) => number >= 12)).toBe(true);
    expect(new Set(trials.map(({ name }) => name)).size).toBe(20);
    expect(result.notes).toContain(`12 trials of run ${id} were taken over with their results.`);
    const best = Math.max(...trials.map(({ metrics }) => metrics!.analog[2]!.mean));
    expect(result.rows[0]!.validation!.mean).toBe(best);
  });

  it('lets the strategy learn from them before its first proposal', async () => {
    const { resultsDir, id } = await earlier(7, { search: { trials: 12, strategy: 'random' } });
    const setup = toySetup({ search: { from: [id], trials: 4 } });
    const store = toyStore(setup, resultsDir);
    await conduct(setup, resultsDir, store);
    const trials = store.record.trials.filter(({ role }) => role === 'search');
    const accuracy = ({ metrics }: (typeof trials)[number]) => metrics!.analog[2]!.mean;
    const parents = trials
      .slice(0, 12)
      .sort((a, b) => accuracy(b) - accuracy(a))
      .slice(0, 6);
    // evolution changes a parent by one to three mutations; an architecture from nowhere shares under one gene of eight
    for (const { architecture: child } of trials.slice(12)) {
      const changed = parents.map(({ architecture: parent }) => {
        return Object.entries(parent!.params).filter(([gene, value]) => child!.params[gene] !== value).length;
      });
      expect(Math.min(...changed)).toBeLessThanOrEqual(3);
    }
  });

  it('ends alike after an interruption, also when the earlier run is gone', async () => {
    const { resultsDir, id } = await earlier();
    const setup = toySetup({ search: { from: [id], trials: 8 } });
    const whole = toyStore(setup, resultsDir);
    const { id: _whole, ...expected } = await conduct(setup, resultsDir, whole);
    const store = toyStore(setup, resultsDir);
    saveWarmStart(store.folder, await warmStartFrom(setup, resultsDir));
    rmSync(join(resultsDir, id), { recursive: true });
    const stop = new AbortController();
    const warmStart = await loadWarmStart(store.folder, setup, resultsDir);
    const run = conductToy({
      setup,
      warmStart,
      store,
      resultsDir: scratch(),
      signal: stop.signal,
      onEvent: (event) => event.type === 'trial' && event.trial.number === 15 && stop.abort(),
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    store.close();
    const again = RunStore.open(resultsDir, store.record.id);
    const { id: _again, ...result } = await conduct(setup, resultsDir, again);
    expect(result).toEqual(expected);
  });

  it('measures the best of a run with other settings anew', async () => {
    const { resultsDir, id } = await earlier();
    const setup = toySetup({ search: { from: id, trials: 8 } });
    const other = { ...setup, config: { ...setup.config, evaluation: { ...setup.config.evaluation, repeats: 9 } } };
    const warmStart = await warmStartFrom(other, resultsDir);
    expect(warmStart.trials).toEqual([]);
    const ranked = readRun(resultsDir, id)
      .trials.filter(({ role, metrics }) => role === 'search' && metrics !== null)
      .sort((a, b) => b.metrics!.analog[2]!.mean - a.metrics!.analog[2]!.mean);
    expect(warmStart.again).toEqual(ranked.slice(0, 4).map(({ architecture }) => architecture));
    expect(warmStart.notes[0]).toMatch(/measured otherwise \(evaluation\): its 4 best/);
  });

  it('stand beside the trials at full fidelity of a run with rungs', async () => {
    const { resultsDir, id } = await earlier();
    const halving = { factor: 2, rungs: 2, of: ['repeats'] };
    const setup = toySetup({ search: { from: [id], trials: 12, strategy: 'random', halving } });
    const store = toyStore(setup, resultsDir);
    const { repeats } = setup.config.evaluation;
    const evaluator = toyEvaluator(({ evaluation }) => ({ accuracy: evaluation.repeats === repeats ? 0.99 : 0.3 }));
    const result = await conduct(setup, resultsDir, store, evaluator);
    const trials = store.record.trials.filter(({ role }) => role === 'search');
    expect(trials.slice(0, 12).map(({ rung }) => rung)).toEqual(Array(12).fill(1));
    // the run's own promoted trial is better than all that were taken over
    expect(result.rows[0]!.validation!.mean).toBe(0.99);
    expect(result.notes.join()).toMatch(/at 1\/2 .*, \d+ at full fidelity/);
  });

  it('count for the chip of the new run', async () => {
    const { resultsDir, id } = await earlier();
    const on = async (name: string) => {
      const setup = { ...toySetup({ search: { from: id } }), chip: loadChip(name) };
      const { trials } = await warmStartFrom(setup, resultsDir);
      const { architecture, metrics } = trials[0]!;
      expect(metrics!.chip).toEqual(chipFigures(setup.space.build(architecture!), setup.chip));
      return metrics!.chip.latencySeconds;
    };
    expect(await on('isaac-like')).not.toBe(await on('hermes-64'));
  });

  describe('that measured otherwise', () => {
    const task = { name: 'synthetic-shapes', train: 40, validation: 20, test: 20 };

    async function brought(environment: Record<string, string>, change: object = {}) {
      const resultsDir = scratch();
      const old = toySetup({ seed: 7, task });
      const store = toyStore(old, resultsDir, environment);
      await conductToy({ setup: old, store, resultsDir });
      store.close();
      return warmStartFrom(toySetup({ search: { from: store.record.id }, task, seed: 7, ...change }), resultsDir);
    }

    it('are measured anew, and the note says what differs', async () => {
      const known = { backend: 'cpu', images: 'toy', program: programFingerprint() };
      expect((await brought(known)).trials).toHaveLength(12);
      for (const [other, what] of [
        [{ backend: 'native' }, 'backend native'],
        [{ images: 'others' }, 'images'],
        [{ program: '000' }, 'build of the program or processor'],
        [{ program: '000', images: 'others' }, 'images, build of the program or processor'],
      ] as const) {
        const { trials, again, notes } = await brought({ ...known, ...other });
        expect(trials).toEqual([]);
        expect(again).toHaveLength(4);
        expect(notes).toEqual([expect.stringContaining(`measured otherwise (${what}): its 4 best`)]);
      }
    });

    it('may have had another seed, which draws other images from the same', async () => {
      const { fingerprint } = await loadTask({ ...toySetup({ task }).config.task, seed: 7 });
      expect((await brought({ images: fingerprint }, { seed: 8 })).trials).toHaveLength(12);
      expect((await brought({ images: 'others' }, { seed: 8 })).trials).toEqual([]);
    });
  });

  it('is refused for a run that does not exist or searched another space', async () => {
    const { resultsDir, id } = await earlier();
    const missing = toySetup({ search: { from: 'nosuchrun123' } });
    await expect(warmStartFrom(missing, resultsDir)).rejects.toThrow('There is no run "nosuchrun123"');
    const setup = toySetup({ search: { from: id } });
    const elsewhere = { ...setup, space: loadSpace('resnet-tiny') };
    await expect(warmStartFrom(elsewhere, resultsDir)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { path: 'search.from', accepted: 'runs over resnet-tiny' },
    });
    mkdirSync(join(resultsDir, 'broken'));
    writeFileSync(join(resultsDir, 'broken', 'run.json'), '{');
    const broken = toySetup({ search: { from: 'broken' } });
    await expect(warmStartFrom(broken, resultsDir)).rejects.toMatchObject({ code: 'RUN_DAMAGED' });
  });
});

describe('a search that ends early', () => {
  async function ended(search: object, limits: object = {}) {
    const setup = toySetup({ search: { trials: 200, evaluateTop: 2, strategy: 'random', ...search }, limits });
    const resultsDir = scratch();
    const store = toyStore(setup, resultsDir);
    const result = await conductToy({ setup, store, resultsDir });
    const trials = store.record.trials.filter(({ role }) => role === 'search');
    return { result, accuracies: trials.map(({ metrics }) => metrics!.analog[2]!.mean), trials };
  }

  it('stops after search.patience trials without a better one, and not before', async () => {
    const { result, accuracies } = await ended({ patience: 7 });
    const best = accuracies.indexOf(Math.max(...accuracies));
    expect(accuracies.length).toBeLessThan(200);
    // batches of two: the seventh trial after the best may be the first of its batch
    expect([7, 8]).toContain(accuracies.length - 1 - best);
    for (let n = 2; n < accuracies.length; n += 2) {
      const so = accuracies.slice(0, n);
      expect(n - 1 - so.indexOf(Math.max(...so))).toBeLessThan(7);
    }
    expect(result.notes.at(-1)).toMatch(/trials were run: nothing better came in the [78] trials after trial \d+/);
  });

  it('of several objectives counts as better what widens the front', async () => {
    const setup = toySetup({
      objective: ['oneDayAccuracy', 'avm'],
      search: { trials: 200, evaluateTop: 2, strategy: 'random', patience: 9 },
    });
    const store = toyStore(setup, scratch());
    await conductToy({ setup, store, resultsDir: scratch() });
    const points = store.record.trials
      .filter(({ role }) => role === 'search')
      .map(({ metrics }) => [metrics!.analog[2]!.mean, -metrics!.avm] as const);
    const last = points.findLastIndex((p, i) => !points.slice(0, i).some((q) => q[0] >= p[0] && q[1] >= p[1]));
    expect([9, 10]).toContain(points.length - 1 - last);
  });

  it('stops once search.targetAccuracy is reached within the limit on the variation', async () => {
    const { accuracies, trials, result } = await ended({ targetAccuracy: 0.68 }, { avm: 0.03 });
    const reached = trials.map(({ metrics }, i) => accuracies[i]! >= 0.68 && metrics!.avm <= 0.03);
    expect(reached.indexOf(true)).toBeGreaterThanOrEqual(accuracies.length - 2);
    expect(result.notes.at(-1)).toContain(`trial ${reached.indexOf(true)} reached search.targetAccuracy = 0.68`);
    expect(accuracies.some((accuracy, i) => accuracy >= 0.68 && trials[i]!.metrics!.avm > 0.03)).toBe(true);
  });

  it('stops at the same trial when it is resumed', async () => {
    const setup = toySetup({ search: { trials: 200, evaluateTop: 2, strategy: 'random', patience: 7 } });
    const resultsDir = scratch();
    const whole = await conductToy({ setup, store: toyStore(setup, resultsDir), resultsDir });
    const store = toyStore(setup, resultsDir);
    const stop = new AbortController();
    const onEvent = (event: { type: string }) => event.type === 'batch' && ++batches === 3 && stop.abort();
    let batches = 0;
    await expect(conductToy({ setup, store, resultsDir, signal: stop.signal, onEvent })).rejects.toThrow();
    const { id: _a, ...again } = await conductToy({ setup, store, resultsDir });
    const { id: _b, ...expected } = whole;
    expect(again).toEqual(expected);
  });
});
