import { describe, expect, it } from 'vitest';
import { driftOf } from '../../src/search/config.js';
import { Asha } from '../../src/search/halving/asha.js';
import { describeRungs, requireDistinctRungs, rungFidelity, rungImages } from '../../src/search/halving/rungs.js';
import { parseSearchConfig, type SearchResult } from '../../src/search/index.js';
import type { ToldTrial } from '../../src/search/strategies/strategy.js';
import { RunStore, readRun, type TrialRecord } from '../../src/store/index.js';
import { conductToy, type Fate, scratch, toyEvaluator, toySetup, toyStore } from './support/toy-run.js';

const told = (number: number, rung: number, objectives: number[], more: object = {}): ToldTrial => ({
  number,
  rung,
  architecture: { space: 'toy', params: { g0: number } },
  outcome: { objective: objectives[0]!, objectives, avm: 0, std: 0, ...more },
});
const numbers = (trials: readonly ToldTrial[]) => trials.map(({ number }) => number);

describe('promotions', () => {
  it('moves up the best third of a rung, each once, and the highest rung first', () => {
    const asha = new Asha({ factor: 3, rungs: 3 }, 1);
    asha.tell([0.1, 0.5, 0.3, 0.9, 0.2].map((value, i) => told(i, 0, [value])));
    expect(numbers(asha.promotions(4))).toEqual([3]);
    expect(asha.promotions(4)).toEqual([]);
    asha.tell([told(5, 0, [0.8])]);
    expect(numbers(asha.promotions(1))).toEqual([5]);
    asha.tell([told(6, 1, [0.6]), told(7, 1, [0.9]), told(8, 1, [0.7])]);
    asha.tell([told(9, 0, [0.85]), told(10, 0, [0.1]), told(11, 0, [0.1])]);
    expect(numbers(asha.promotions(4))).toEqual([7, 9]);
    // the last rung is full fidelity: nothing leaves it
    asha.tell([told(12, 2, [0.9]), told(13, 2, [0.9]), told(14, 2, [0.9])]);
    expect(asha.promotions(4)).toEqual([]);
  });

  it('goes by fronts with several objectives, within the limit before beyond it; failed trials count as finished', () => {
    const asha = new Asha({ factor: 3, rungs: 2 }, 0.1);
    asha.tell([
      told(0, 0, [0.9, -9]),
      told(1, 0, [0.5, -5]),
      told(2, 0, [0.4, -6]),
      told(3, 0, [0.1, -1]),
      told(4, 0, [0.99, -0.5], { avm: 0.2 }),
      { ...told(5, 0, [0]), outcome: null },
    ]);
    // two of six; 0, 1 and 3 are the front, 0 and 3 its ends; 4 would beat all but for the limit
    expect(numbers(asha.promotions(9))).toEqual([0, 3]);
  });

  it('does not depend on the order of telling', () => {
    const trials = Array.from({ length: 30 }, (_, i) =>
      told(i, i % 4 === 3 ? 1 : 0, [((i * 7) % 11) / 11, -((i * 5) % 13)]),
    );
    const decide = (order: readonly ToldTrial[]) => {
      const asha = new Asha({ factor: 3, rungs: 3 }, 1);
      for (const trial of order) asha.tell([trial]);
      return numbers(asha.promotions(20));
    };
    expect(decide(trials)).not.toEqual([]);
    expect(decide(trials.toReversed())).toEqual(decide(trials));
  });
});

describe('rungs', () => {
  const config = parseSearchConfig(
    {
      task: { name: 'synthetic-shapes' },
      space: 'resnet-tiny',
      search: { halving: { factor: 3, rungs: 3, of: ['epochs', 'data', 'repeats'] } },
      training: { digital: { epochs: 18, warmupEpochs: 3 }, hwa: { epochs: 0 } },
      evaluation: { repeats: 9 },
    },
    'test',
  );

  it('save on epochs, images and programmings, the last on nothing', () => {
    const figures = [0, 1, 2].map((rung) => {
      const { digital, hwa, evaluation } = rungFidelity(config, rung);
      return [digital.epochs, digital.warmupEpochs, hwa.epochs, evaluation.repeats];
    });
    expect(figures).toEqual([
      [2, 1 / 3, 0, 2],
      [6, 1, 0, 3],
      [18, 3, 0, 9],
    ]);
    expect(rungImages(config, 900)).toEqual([100, 300, 900]);
    expect(rungImages(config, 30)).toEqual([16, 16, 30]);
    expect(rungFidelity(config, 2)).toEqual({ ...config.training, evaluation: driftOf(config.evaluation) });
  });

  it('save on epochs only unless more is named', () => {
    const plain = { ...config, search: { halving: { factor: 2, rungs: 2, of: ['epochs' as const] } } };
    expect(rungFidelity(plain, 0).digital.epochs).toBe(9);
    expect(rungFidelity(plain, 0).evaluation).toEqual(driftOf(config.evaluation));
    expect(rungImages(plain, 900)).toBeUndefined();
  });

  it('are described by what their trials really take', () => {
    const trials = [{ rung: 0 }, { rung: 0 }, { rung: 1 }, { rung: 2 }];
    const tasks = [100, 300, 900].map((train) => ({ train }));
    expect(describeRungs(config, trials, tasks)).toContain(
      '2 at 1/9 (2 + 0 epochs, 100 images, 2 programmings), 1 at 1/3 (6 + 0 epochs, 300 images, 3 programmings), 1 at full fidelity (18 + 0 epochs, 900 images, 9 programmings)',
    );
  });

  it('are refused where two neighbours would measure the same', () => {
    const short = (of: ('epochs' | 'data' | 'repeats')[], repeats: number) => ({
      training: { digital: { ...config.training.digital, epochs: 1, warmupEpochs: 0 }, hwa: config.training.hwa },
      evaluation: { ...config.evaluation, repeats },
      search: { halving: { factor: 2, rungs: 3, of } },
    });
    expect(() => requireDistinctRungs(config)).not.toThrow();
    expect(() => requireDistinctRungs(short(['epochs', 'repeats'], 8))).not.toThrow();
    // one epoch and two programmings are the least there is
    expect(() => requireDistinctRungs(short(['epochs', 'repeats'], 2))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: expect.objectContaining({
          path: 'search.halving',
          found: 'rungs 0 and 1, both with 1 + 0 epochs, 2 programmings',
        }),
      }),
    );
    expect(() => requireDistinctRungs(short(['epochs', 'repeats'], 4))).toThrow(/would measure the same/);
    const images = (counts: number[]) => counts.map((train) => ({ train }));
    expect(() => requireDistinctRungs(short(['data'], 5), images([16, 32, 64]))).not.toThrow();
    expect(() => requireDistinctRungs(short(['data'], 5), images([16, 16, 30]))).toThrow('both with 16 images');
  });
});

describe('the note on the variation of a search with rungs', () => {
  const strict = (search: object = {}) =>
    toySetup({
      limits: { avm: 0.1 },
      search: { strategy: 'random', trials: 12, halving: { factor: 2, rungs: 2, of: ['repeats'] }, ...search },
    });

  it('speaks of the fidelity that was compared: trials of a lower one may have kept the limit', async () => {
    const resultsDir = scratch();
    const store = toyStore(strict(), resultsDir);
    const { repeats } = strict().config.evaluation;
    const evaluator = toyEvaluator(({ evaluation }) => ({ avm: evaluation.repeats === repeats ? 0.3 : 0.05 }));
    const { notes } = await conductToy({ setup: strict(), store, resultsDir, evaluator });
    expect(notes.at(-1)).toBe(
      'No trial at full fidelity kept its variation within limits.avm = 0.1; the best is the one that came nearest, at 0.300.',
    );
  });
});

describe('a search for two objectives on three rungs', () => {
  const setup = () =>
    toySetup({
      objective: ['oneDayAccuracy', 'params'],
      search: {
        strategy: 'nsga2',
        trials: 45,
        evaluateTop: 4,
        population: 8,
        halving: { factor: 3, rungs: 3, of: ['repeats'] },
      },
    });

  async function run(
    fate?: Fate,
    stopAt?: number,
  ): Promise<{ content: Omit<SearchResult, 'id'>; trials: TrialRecord[] }> {
    const resultsDir = scratch();
    let store = toyStore(setup(), resultsDir);
    const { id } = store.record;
    if (stopAt !== undefined) {
      const stop = new AbortController();
      const interrupted = conductToy({
        setup: setup(),
        store,
        resultsDir,
        evaluator: toyEvaluator(fate),
        signal: stop.signal,
        onEvent: (event) => event.type === 'trial' && event.counts.done === stopAt && stop.abort(),
      });
      await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' });
      store.close();
      store = RunStore.open(resultsDir, id);
    }
    const { id: _id, ...content } = await conductToy({
      setup: setup(),
      store,
      resultsDir,
      evaluator: toyEvaluator(fate),
    });
    store.close();
    return { content, trials: readRun(resultsDir, id).trials.filter(({ role }) => role === 'search') };
  }

  it('promotes only what was among the best third of the rung below at that time', async () => {
    const { content, trials } = await run();
    const on = (rung: number) => trials.filter((trial) => trial.rung === rung);
    expect(trials).toHaveLength(45);
    expect(on(1).length).toBeGreaterThan(5);
    expect(on(2).length).toBeGreaterThan(0);
    const pair = ({ metrics }: TrialRecord) => [metrics!.analog[2]!.mean, -metrics!.params] as const;
    const beats = (a: TrialRecord, b: TrialRecord) => {
      const [[accuracy, size], [other, otherSize]] = [pair(a), pair(b)];
      return accuracy >= other && size >= otherSize && (accuracy > other || size > otherSize);
    };
    for (const promotion of [...on(1), ...on(2)]) {
      const below = on(promotion.rung! - 1).filter(({ round }) => round < promotion.round);
      const itself = below.find(({ name }) => name === promotion.name);
      expect(itself).toBeDefined();
      expect(below.filter((other) => beats(other, itself!)).length).toBeLessThan(Math.floor(below.length / 3));
    }
    const front = content.front!.members.map(({ number }) => number);
    expect(front.length).toBeGreaterThan(0);
    expect(front.every((number) => trials[number]!.rung === 2)).toBe(true);
    expect(content.notes.join()).toMatch(
      /Successive halving of repeats: \d+ at 1\/9 \(\d+ programmings\), \d+ at 1\/3 \(\d+ programmings\), \d+ at full fidelity/,
    );
  });

  it('ends with the same front whatever order trials finish in, and after interruptions', async () => {
    const whole = await run();
    expect((await run(({ number }) => ({ delay: (number * 7) % 5 }))).content).toEqual(whole.content);
    for (const stopAt of [17, 30]) expect((await run(undefined, stopAt)).content).toEqual(whole.content);
  });
});
