import { describe, expect, it } from 'vitest';
import { frontReport } from '../../src/search/front.js';
import type { SearchResult } from '../../src/search/index.js';
import { atOneDay } from '../../src/search/objective.js';
import { RunStore, readRun, type TrialRecord } from '../../src/store/index.js';
import { conductToy, scratch, toyEvaluator, toySetup, toyStore } from './support/toy-run.js';

const objective = ['oneDayAccuracy', 'params'];
const search = { strategy: 'nsga2', trials: 40, evaluateTop: 4, population: 10 };

async function toyFront(setup = toySetup({ objective, search, final: { top: 3 } }), stopAt?: number) {
  const resultsDir = scratch();
  let store = toyStore(setup, resultsDir);
  const { id } = store.record;
  if (stopAt !== undefined) {
    const stop = new AbortController();
    const run = conductToy({
      setup,
      store,
      resultsDir,
      evaluator: toyEvaluator(({ number }) => ({ delay: number % 3 })),
      signal: stop.signal,
      onEvent: (event) => event.type === 'trial' && event.counts.done === stopAt && stop.abort(),
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    store.close();
    store = RunStore.open(resultsDir, id);
  }
  const result = await conductToy({ setup, store, resultsDir });
  store.close();
  const trials = readRun(resultsDir, id).trials.filter(({ role }) => role === 'search');
  return { result, trials };
}

/** A search trial with the figures that matter here. */
function measuredTrial(number: number, { avm, mean }: { avm: number; mean: number }): TrialRecord {
  return {
    number,
    role: 'search',
    key: '',
    name: String(number),
    round: 0,
    architecture: { space: 'toy', params: { g0: number } },
    predicted: null,
    state: 'done',
    metrics: {
      digitalAccuracy: mean,
      analog: [{ seconds: 86_400, mean, std: 0, repeats: 2 }],
      avm,
      params: 1,
      macs: 1,
      chip: { cores: 1, utilisation: 1, latencySeconds: null, energyJoules: null, fits: true },
      seconds: 0,
      notes: [],
    },
    reason: null,
    attempts: 1,
    finishedAt: '',
  };
}

/** Accuracy and size of a trial. */
const pair = ({ metrics }: TrialRecord) => [atOneDay(metrics!).mean, metrics!.params] as const;

function content({ id: _id, ...rest }: SearchResult): Omit<SearchResult, 'id'> {
  return rest;
}

describe('a search for two objectives', () => {
  it('hands over the trials that no other beats, the best of the first objective first', async () => {
    const { result, trials } = await toyFront();
    const beaten = (a: TrialRecord) =>
      trials.some((b) => {
        const [[accuracy, params], [other, otherParams]] = [pair(a), pair(b)];
        return other >= accuracy && otherParams <= params && (other > accuracy || otherParams < params);
      });
    const expected = trials.filter((trial) => !beaten(trial)).sort((a, b) => pair(b)[0] - pair(a)[0]);
    expect(result.front!.objectives).toEqual(objective);
    expect(result.front!.members.map(({ number }) => number)).toEqual(expected.map(({ number }) => number));
    expect(result.front!.members[0]!.values).toEqual({
      oneDayAccuracy: pair(expected[0]!)[0],
      params: pair(expected[0]!)[1],
    });
    expect(result.rows.map(({ role }) => role)).toEqual(['found', 'found', 'found', 'baseline']);
    const found = result.rows.filter(({ role }) => role === 'found');
    const onFront = new Set(expected.map(({ name }) => name));
    expect(found.every(({ name }) => onFront.has(name))).toBe(true);
    expect(found[0]!.name).toBe(expected[0]!.name);
    expect(found.map(({ validation }) => validation!.mean)).toEqual(
      found.map(({ validation }) => validation!.mean).sort((a, b) => b - a),
    );
  });

  it('tells how the dominated share of the box grew, and from which point it counts', async () => {
    const { result, trials } = await toyFront();
    const { reference, ideal, history } = result.front!.hypervolume;
    const largest = Math.max(...trials.map((trial) => pair(trial)[1]));
    expect(reference).toEqual({ oneDayAccuracy: 0, params: largest });
    expect(ideal).toEqual({ oneDayAccuracy: 1, params: 0 });
    expect(history).toHaveLength(40);
    // an independent sweep: accuracy falls while size shrinks along the front
    const volume = (upTo: number) => {
      const known = trials.slice(0, upTo).map((trial) => [pair(trial)[0], 1 - pair(trial)[1] / largest] as const);
      const cuts = [0, ...known.map(([, small]) => small)].sort((a, b) => a - b);
      return cuts.slice(1).reduce((sum, cut, i) => {
        const reaching = known.filter(([, small]) => small >= cut).map(([accuracy]) => accuracy);
        return sum + (cut - cuts[i]!) * Math.max(...reaching);
      }, 0);
    };
    for (const upTo of [1, 5, 17, 40]) expect(history[upTo - 1]).toBeCloseTo(volume(upTo), 12);
  });

  it('counts from the limits where they are set, and leaves out what exceeds them', async () => {
    const { trials } = await toyFront();
    const limits = { avm: 0.1, params: 60 };
    const report = frontReport(trials, { objective: ['params', 'avm', 'oneDayAccuracy'], limits })!;
    expect(report.hypervolume.reference).toEqual({ params: 60, avm: 0.1, oneDayAccuracy: 0 });
    expect(report.members.length).toBeGreaterThan(0);
    for (const { values } of report.members) expect(values.avm).toBeLessThanOrEqual(0.1);
    const impossible = frontReport(trials, { objective: ['params', 'avm'], limits: { avm: 0 } })!;
    expect(impossible).toMatchObject({ members: [], hypervolume: { history: trials.map(() => 0) } });
  });

  it('keeps the share within 0..1 where a network gains with time or a limit is the ideal', () => {
    const trials = [-0.1, -0.4, 0].map((avm, number) => measuredTrial(number, { avm, mean: 1 - 0.1 * number }));
    const limits = { avm: 0.1 };
    const { history } = frontReport(trials, { objective: ['oneDayAccuracy', 'avm'], limits })!.hypervolume;
    // the first is perfect: nothing can widen the front
    expect(history).toEqual([1, 1, 1]);
    const atIdeal = frontReport(trials.slice(2), { objective: ['oneDayAccuracy', 'avm'], limits: { avm: 0 } })!;
    expect(atIdeal.hypervolume.history).toEqual([0.8]);
  });

  it('ends with the same front after an interruption and whatever order trials finish in', async () => {
    const whole = content((await toyFront()).result);
    expect(content((await toyFront(undefined, 11)).result)).toEqual(whole);
  });

  it('is not made for one objective', async () => {
    const { result } = await toyFront(toySetup({ search, objective: ['params'] }));
    expect(result.front).toBeNull();
    expect(result.rows[0]!.role).toBe('found');
  });
});
