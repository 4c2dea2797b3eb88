import type { Advisor, ToldTrial } from '../../../src/search/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { toyObjectives } from './toy-fronts.js';
import { toyOutcome } from './toy-space.js';

/** An advisor that knows the toy landscape up to noise: the strategy is tested here, not a regression. */
export function noisyAdvisor(after: number, noise: number): Advisor & { learnt: number[] } {
  const learnt: number[] = [];
  return {
    after,
    learnt,
    learn: (trials: readonly ToldTrial[]) => {
      learnt.push(trials.length);
    },
    score: (architectures) =>
      architectures.map((architecture) => {
        const { objective, avm, std } = toyOutcome(architecture);
        const rng = createRng(7, JSON.stringify(architecture.params));
        const score = objective + rng.normal(0, noise);
        return { score, mean: score, deviation: noise, avm, avmDeviation: 0.01, std, inRange: true };
      }),
  };
}

/** The same for the two objectives of {@link toyObjectives}, of which the second is counted, not predicted. */
export function noisyFrontAdvisor(after: number, noise: number): Advisor {
  const advisor = noisyAdvisor(after, noise);
  return {
    after,
    scored: 0,
    learn: advisor.learn,
    score: (architectures) =>
      advisor.score(architectures).map((opinion, i) => ({
        ...opinion,
        objectives: [opinion.mean, toyObjectives(architectures[i]!)[1]],
      })),
  };
}
