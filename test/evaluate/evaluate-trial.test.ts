import { describe, expect, it, onTestFinished } from 'vitest';
import { evaluateTrial, LocalPool, trialInputs } from '../../src/evaluate/index.js';
import { countNetwork } from '../../src/nn/index.js';
import type { TrialMetrics } from '../../src/store/index.js';
import { digitalTrainingSchema } from '../../src/training/index.js';
import { tinyGraph, tinyTrial } from './support/tiny-trial.js';

/** Metrics without the time they took. */
function figures({ seconds: _seconds, ...rest }: TrialMetrics): Omit<TrialMetrics, 'seconds'> {
  return rest;
}

describe('evaluateTrial', () => {
  it('measures accuracies over time, and counts the network and its cores', async () => {
    const spec = await tinyTrial();
    const { metrics, trained } = await evaluateTrial(spec);
    expect(metrics.analog.map(({ seconds, repeats }) => [seconds, repeats])).toEqual([
      [1, 3],
      [86_400, 3],
      [2_592_000, 3],
    ]);
    expect(metrics.avm).toBe(metrics.analog[0]!.mean - metrics.analog[2]!.mean);
    const { parameters, macs } = countNetwork(spec.graph);
    expect(metrics).toMatchObject({ params: parameters, macs, chip: { cores: 2, fits: true } });
    expect(metrics.chip.utilisation).toBeCloseTo((27 * 4 + 4 * 10) / (2 * 256 * 256), 12);
    expect(trained).toBeUndefined();
  });

  it('depends on the spec alone: not on what ran before, on its number, or on the threads it runs in', async () => {
    const spec = await tinyTrial();
    const alone = figures((await evaluateTrial(spec)).metrics);
    await evaluateTrial({ ...spec, graph: tinyGraph(6) });
    expect(figures((await evaluateTrial({ ...spec, number: 9 })).metrics)).toEqual(alone);
    let asked = 0;
    const threads = () => 1 + (asked++ % 3);
    expect(figures((await evaluateTrial(spec, { threads })).metrics)).toEqual(alone);
    expect(asked).toBeGreaterThan(10);
    const pool = new LocalPool({ workers: 2 });
    onTestFinished(() => pool.close());
    const signal = new AbortController().signal;
    const outcomes = await Promise.all(
      [6, 4, 5, 4].map((n) => pool.evaluate({ ...spec, graph: tinyGraph(n) }, signal)),
    );
    const inWorkers = outcomes.map((outcome) => (outcome.state === 'done' ? figures(outcome.metrics) : outcome.reason));
    expect(inWorkers[1]).toEqual(alone);
    expect(inWorkers[3]).toEqual(alone);
    expect(inWorkers[0]).not.toEqual(inWorkers[2]);
  });

  it('refuses a network beyond the memory of the machine before it builds it', async () => {
    const spec = await tinyTrial();
    await expect(evaluateTrial({ ...spec, graph: tinyGraph(2e9) })).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      details: { found: expect.stringContaining('parameters'), accepted: expect.stringContaining('GiB') },
    });
  });

  it('draws other chance under another seed', async () => {
    const spec = await tinyTrial({ keepWeights: true });
    const kernels = await Promise.all([1, 2].map(async (seed) => (await evaluateTrial({ ...spec, seed })).trained!));
    const [one, two] = kernels.map(({ weights }) => [...Object.values(weights)[0]!.data]);
    expect(one).not.toEqual(two);
  });

  it('hands over the trained network when asked to, with the input ranges of its crossbars', async () => {
    const { trained } = await evaluateTrial(await tinyTrial({ keepWeights: true }));
    expect(Object.keys(trained!.inputRanges)).toHaveLength(2);
    expect(Object.values(trained!.inputRanges).every((range) => Number(range) > 0)).toBe(true);
    expect(Object.values(trained!.weights).reduce((sum, { data }) => sum + data.length, 0)).toBe(
      countNetwork(tinyGraph()).parameters,
    );
  });

  it('tells how far it is and stops at a signal', async () => {
    const spec = await tinyTrial();
    const stages: string[] = [];
    const stop = new AbortController();
    const trial = evaluateTrial(spec, {
      signal: stop.signal,
      onProgress: (stage, done) => {
        stages.push(stage);
        if (stage === 'hwa' && done > 0.5) stop.abort();
      },
    });
    await expect(trial).rejects.toMatchObject({ name: 'AbortError' });
    expect([...new Set(stages)]).toEqual(['data', 'digital', 'hwa']);
  });

  it('is not started again when its training diverges', async () => {
    const pool = new LocalPool({ workers: 1 });
    onTestFinished(() => pool.close());
    // each step takes a hundred times its own size from a weight
    const wild = { learningRate: 100, weightDecay: 1, momentum: 0.99, schedule: 'constant' };
    const spec = await tinyTrial({ digital: digitalTrainingSchema.parse({ epochs: 20, batchSize: 20, ...wild }) });
    expect(await pool.evaluate(spec, new AbortController().signal)).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: expect.stringContaining('The training diverged'),
    });
  });
});

describe('trialInputs', () => {
  it('tells apart everything that changes a result, and nothing else', async () => {
    const spec = await tinyTrial();
    const inputs = trialInputs(spec);
    expect(trialInputs({ ...spec, number: 5, keepWeights: true })).toEqual(inputs);
    expect(trialInputs({ ...spec, task: { ...spec.task, data: '/elsewhere' } })).toEqual(inputs);
    for (const change of [
      { seed: 2 },
      { graph: tinyGraph(5) },
      { images: 'test' as const },
      { digital: { ...spec.digital, epochs: 3 } },
      { hwa: { ...spec.hwa, epochs: 3 } },
      { evaluation: { ...spec.evaluation, repeats: 4 } },
      { task: { ...spec.task, fingerprint: 'other' } },
      { backend: 'webgpu' as const },
      { crossbar: { ...spec.crossbar, driftCompensation: null } },
      { chip: { ...spec.chip, name: 'other' } },
    ]) {
      expect(trialInputs({ ...spec, ...change })).not.toEqual(inputs);
    }
  });
});
