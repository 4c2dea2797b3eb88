import type { Advisor, ToldTrial } from '../../../src/search/index.js';
import { createRng } from '../../../src/tensor/index.js';
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
        return { score: objective + rng.normal(0, noise), avm, std, inRange: true };
      }),
  };
}
