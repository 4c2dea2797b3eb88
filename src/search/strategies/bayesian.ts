import { z } from 'zod';
import type { Architecture } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { meanAndStd } from '../../training/index.js';
import { paretoFront } from '../pareto/fronts.js';
import { expectedImprovement, probabilityWithin, VolumeImprovement } from './acquisition.js';
import { AdvisedStrategy, poolSize } from './advised-strategy.js';
import { Candidates } from './candidates.js';
import type { Success } from './memory.js';
import { ScoredSet } from './scored-set.js';
import type { Opinion, StrategyContext } from './strategy.js';

/** Options of {@link Bayesian}. */
export const bayesianSchema = z.strictObject({ candidates: poolSize });

export type BayesianOptions = z.output<typeof bayesianSchema>;

/** How often the candidates around the most promising ones are looked at. */
const rounds = 5;

/** No variation is greater, since accuracies lie between 0 and 1: such a limit binds nothing. */
const MOST_AVM = 1;

/** What is expected of a candidate: the higher, the sooner it is measured. */
type Acquisition = (opinion: Opinion) => number;

/**
 * Bayesian optimisation: uniform draws until the surrogate can be asked; then the candidates of the highest expected
 * improvement over what is best by the surrogate's own mean, times the probability that their variation keeps its limit
 * (Gardner et al., "Bayesian Optimization with Inequality Constraints", 2014). The acquisition is climbed from random
 * architectures and from neighbours of the best measured ones. With several objectives it is the expected hypervolume
 * improvement.
 */
export class Bayesian extends AdvisedStrategy {
  readonly #options: BayesianOptions;

  constructor(context: StrategyContext, options: BayesianOptions) {
    super(context, 'bayesian');
    this.#options = options;
  }

  protected choose(n: number, rng: Rng): Architecture[] {
    const { space, admits } = this.context;
    const scored = new ScoredSet(space, this.advisor);
    const acquisition = this.#acquisition(scored);
    const pool = new Candidates(space, admits);
    const near = this.memory.ranked(this.context.avmLimit).slice(0, 20);
    const each = this.#options.candidates;
    pool.fill(each, () => space.sample(rng), { unwanted: this.asked, patience: 50 });
    pool.fill(pool.size + each, () => space.mutate(rng.pick(near).architecture, rng), {
      unwanted: this.asked,
      patience: 50,
    });
    for (let round = 0; round < rounds; round++) {
      const best = byValue(pool.all, scored, acquisition).slice(0, 20);
      if (best.length === 0) return [];
      pool.fill(pool.size + each / 2, () => space.mutate(rng.pick(best), rng), {
        unwanted: this.asked,
        patience: 50,
      });
    }
    return byValue(pool.all, scored, acquisition).slice(0, n);
  }

  #acquisition(scored: ScoredSet): Acquisition {
    const { avmLimit } = this.context;
    const measured = this.memory.successes;
    const feasible = measured.filter(({ outcome }) => outcome.avm <= avmLimit);
    const within = this.#within(measured);
    // while nothing measured keeps the limit, look for what most likely does
    if (feasible.length === 0) return within;
    const opinions = scored.opinions(feasible.map(({ architecture }) => architecture));
    if ((measured[0]!.outcome.objectives?.length ?? 1) > 1) {
      const improvement = this.#volumeImprovement(opinions);
      return (opinion) => within(opinion) * improvement(opinion);
    }
    const best = Math.max(...opinions.map(({ mean }) => mean));
    return (opinion) => within(opinion) * expectedImprovement(opinion.mean, opinion.deviation, best);
  }

  /**
   * Probability that a candidate keeps the limit on the variation. Where the surrogate cannot tell how unsure it is of its
   * prediction, that counts as no surer than a guess: the spread of what is measured.
   */
  #within(measured: readonly Success[]): Acquisition {
    const { avmLimit } = this.context;
    if (avmLimit >= MOST_AVM) return () => 1;
    // A single measurement tells nothing of the others.
    const spread =
      measured.length < 2 ? Number.POSITIVE_INFINITY : meanAndStd(measured.map(({ outcome }) => outcome.avm)).std;
    return ({ avm, avmDeviation }) =>
      probabilityWithin(avm, Number.isNaN(avmDeviation) ? spread : avmDeviation, avmLimit);
  }

  /**
   * Volume that a candidate adds to the front of what is measured, all by the surrogate's means. Each objective is scaled
   * to its extent; volume counts from a tenth of that beyond the worst.
   */
  #volumeImprovement(measured: readonly Opinion[]): Acquisition {
    const points = measured.map(({ objectives }) => objectives!);
    const least = points[0]!.map((_, m) => Math.min(...points.map((values) => values[m]!)));
    const extent = least.map((low, m) => Math.max(...points.map((values) => values[m]!)) - low || 1);
    const scale = (values: readonly number[]) => values.map((value, m) => (value - least[m]!) / extent[m]!);
    const scaled = points.map(scale);
    const front = paretoFront(scaled.map((objectives) => ({ objectives, violation: 0 }))).map((i) => scaled[i]!);
    const reference = least.map(() => -0.1);
    const volume = new VolumeImprovement(front, reference);
    const place = this.advisor.scored ?? 0;
    return ({ objectives, deviation }) => volume.of(scale(objectives!), place, deviation / extent[place]!);
  }
}

function byValue(architectures: readonly Architecture[], scored: ScoredSet, acquisition: Acquisition): Architecture[] {
  const values = scored.opinions(architectures).map((opinion) => ({ value: acquisition(opinion), opinion }));
  return [...architectures.keys()]
    .sort((a, b) => values[b]!.value - values[a]!.value || values[b]!.opinion.mean - values[a]!.opinion.mean || a - b)
    .map((i) => architectures[i]!);
}
