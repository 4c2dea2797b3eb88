import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveCrossbar } from '../../src/crossbar/index.js';
import { parseSearchConfig } from '../../src/search/config.js';
import {
  Evolution,
  evolutionSchema,
  RandomSearch,
  type Strategy,
  SurrogateAdvisor,
  type ToldTrial,
} from '../../src/search/index.js';
import { createAdvisor } from '../../src/search/surrogate-advisor.js';
import { type Architecture, loadSpace, type SearchSpace } from '../../src/space/index.js';
import { createSurrogate, crossbarSnr, xgboostStatus } from '../../src/surrogate/index.js';
import { createRng } from '../../src/tensor/index.js';
import { scratch, toySetup } from './support/toy-run.js';

const space = loadSpace('resnet-tiny');

/** A stand-in for training: better with size at diminishing returns, worse with parallel branches, and some luck. */
function outcome(a: Architecture): NonNullable<ToldTrial['outcome']> {
  const { parameters, macs, depth } = space.counts(a);
  const size = 0.05 * Math.log(parameters) + 0.03 * Math.log(macs);
  const branches = [1, 2, 3].reduce((sum, m) => sum + 0.004 * ((a.params[`B${m}`] ?? 1) - 1), 0);
  const luck = createRng(99, space.hash(a)).normal(0, 0.015);
  return { objective: size - branches + luck, avm: depth / 100, std: 0.01 };
}

const told = (architectures: readonly Architecture[], from = 0): ToldTrial[] => {
  return architectures.map((architecture, i) => ({ number: from + i, architecture, outcome: outcome(architecture) }));
};

function sample(n: number, seed: number): Architecture[] {
  const rng = createRng(seed, 'sample');
  return Array.from({ length: n }, () => space.sample(rng));
}

function advisor(after: number, warmStart?: string, folds?: number): SurrogateAdvisor {
  return new SurrogateAdvisor(createSurrogate('xgboost', space, { ...(folds !== undefined && { folds }) }), {
    after,
    warmStart,
    rng: createRng(1, 'surrogate'),
  });
}

describe.skipIf(!xgboostStatus().available)('SurrogateAdvisor (needs the XGBoost library)', () => {
  it('learns the order of architectures and reports how well', () => {
    const one = advisor(16);
    expect(one.ready).toBe(false);
    one.learn([...told(sample(40, 1)), { number: 40, architecture: sample(1, 5)[0]!, outcome: null }]);
    expect(one.report).toMatchObject({ rows: 40 });
    expect(one.report!.heldOutKendallTau).toBeGreaterThan(0.3);
    const fresh = sample(30, 2);
    const scores = one.score(fresh).map(({ score }) => score);
    const truth = fresh.map((a) => outcome(a).objective);
    const agreeing = scores.flatMap((s, i) => scores.map((t, j) => Math.sign((s - t) * (truth[i]! - truth[j]!))));
    expect(agreeing.reduce((sum, sign) => sum + sign, 0)).toBeGreaterThan(0.4 * 30 * 29);
    one.dispose();
  });

  it('sees features of untrained networks that the configuration names', () => {
    const setup = toySetup();
    const one = createAdvisor(
      parseSearchConfig(
        {
          task: { name: 'synthetic-shapes' },
          space: 'resnet-tiny',
          surrogate: { kind: 'gp', after: 4, zeroCost: ['crossbarSnr'] },
        },
        'test',
      ),
      space,
      setup.chip,
      createRng(1, 'surrogate'),
    )!;
    one.learn(told(sample(20, 1)));
    const folder = scratch();
    one.save(folder);
    expect(JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')).features).toContain('crossbarSnr');
    one.dispose();
  });

  it('sees them on the crossbars of the run', () => {
    const snrRange = (crossbar: string) => {
      const config = {
        task: { name: 'synthetic-shapes' },
        space: 'resnet-tiny',
        crossbar,
        surrogate: { kind: 'gp', after: 4, zeroCost: ['crossbarSnr'] },
      };
      const one = createAdvisor(parseSearchConfig(config, 'test'), space, toySetup().chip, createRng(1, 'surrogate'))!;
      one.learn(told(sample(6, 1)));
      const folder = scratch();
      one.save(folder);
      one.dispose();
      return JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')).ranges.at(-1);
    };
    const snr = (crossbar: string) => {
      const values = sample(6, 1).map((a) => Math.fround(crossbarSnr(space.build(a), resolveCrossbar(crossbar))));
      return [Math.min(...values), Math.max(...values)];
    };
    const [usual, other] = ['pcm-8bit-256', 'TorchInferenceRPUConfig'] as const;
    expect(snrRange(usual)).toEqual(snr(usual));
    expect(snrRange(other)).toEqual(snr(other));
    expect(snr(other)).not.toEqual(snr(usual));
  });

  it('says where the surrogate that it begins with is one of other images and tiles', () => {
    const folder = join(scratch(), 'surrogate');
    const earlier = advisor(16);
    earlier.learn(told(sample(20, 6)));
    earlier.save(folder);
    earlier.dispose();
    const notesIn = (asked: SearchSpace) => {
      const config = { task: { name: 'synthetic-shapes' }, space: 'resnet-tiny', surrogate: { warmStart: folder } };
      const one = createAdvisor(parseSearchConfig(config, 'test'), asked, toySetup().chip, createRng(1, 'surrogate'))!;
      one.dispose();
      return one.notes;
    };
    expect(notesIn(space)).toEqual([]);
    expect(notesIn(loadSpace('resnet-tiny', { rows: 512, cols: 512 }, 16))).toEqual([
      expect.stringContaining('images of 32x32x3, and is asked with those for 16x16x3'),
      expect.stringContaining('tiles of 256x256, and is asked with those for 512x512'),
    ]);
  });

  it('refuses to begin with a surrogate of another objective', () => {
    const folder = join(scratch(), 'surrogate');
    const advisorFor = (objective: string | string[], surrogate = {}) => {
      const config = { task: { name: 'synthetic-shapes' }, space: 'resnet-tiny', objective, surrogate };
      return createAdvisor(parseSearchConfig(config, 'test'), space, toySetup().chip, createRng(1, 'surrogate'))!;
    };
    const earlier = advisorFor('macs');
    earlier.learn(told(sample(20, 6)));
    earlier.save(folder);
    earlier.dispose();
    advisorFor('macs', { warmStart: folder }).dispose();
    for (const objective of ['oneDayAccuracy', ['macs', 'oneDayAccuracy']]) {
      expect(() => advisorFor(objective, { warmStart: folder })).toThrow(/found: {4}macs\n.*oneDayAccuracy/);
    }
  });

  it('gives the same opinions whenever it is asked again from scratch', () => {
    const opinions = () => {
      const one = advisor(16);
      one.learn(told(sample(20, 3)));
      const scored = one.score(sample(10, 4));
      one.dispose();
      return scored;
    };
    expect(opinions()).toEqual(opinions());
  });

  it('begins with a surrogate of an earlier run until it has trials of its own', () => {
    const folder = join(scratch(), 'surrogate');
    const earlier = advisor(16);
    earlier.learn(told(sample(30, 6)));
    earlier.save(folder);
    const later = advisor(16, folder);
    const [a, b] = [sample(5, 7), told(sample(20, 8))];
    expect(later).toMatchObject({ ready: true, after: 0, report: null });
    const order = (one: SurrogateAdvisor) => one.score(a).map(({ score, avm, std }) => ({ score, avm, std }));
    expect(order(later)).toEqual(order(earlier));
    later.learn(b.slice(0, 15));
    expect(order(later)).toEqual(order(earlier));
    later.learn(b);
    expect(later.report!.rows).toBe(20);
    expect(order(later)).not.toEqual(order(earlier));
  });

  it('makes evolution beat random search with 20 trials in most of 8 seeds', () => {
    const options = evolutionSchema.parse({ population: 100, generations: 5 });
    const best = (strategy: Strategy) => {
      let asked: Architecture[] = [];
      for (let round = 0; round < 5; round++) {
        const batch = strategy.ask(4);
        strategy.tell(told(batch, asked.length));
        asked = [...asked, ...batch];
      }
      return Math.max(...asked.map((a) => outcome(a).objective));
    };
    let wins = 0;
    for (let seed = 0; seed < 8; seed++) {
      const context = { space, admits: () => true, avmLimit: 1, rng: createRng(seed, 'strategy') };
      const one = advisor(8, undefined, 0);
      if (best(new Evolution({ ...context, advisor: one }, options)) > best(new RandomSearch(context))) wins++;
      one.dispose();
    }
    expect(wins).toBeGreaterThanOrEqual(6);
  });
});
