import { describe, expect, it } from 'vitest';
import type { Strategy, StrategyContext, ToldTrial } from '../../../src/search/index.js';
import type { Architecture } from '../../../src/space/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { toyOutcome, toySpace } from './toy-space.js';

/** Asks and tells `rounds` times; every fifth trial fails. `deliver` decides how the results of a batch arrive. */
export function play(
  strategy: Strategy,
  rounds: number,
  batch: number,
  deliver: (strategy: Strategy, trials: ToldTrial[]) => void = (s, trials) => s.tell(trials),
): Architecture[][] {
  let number = 0;
  return Array.from({ length: rounds }, () => {
    const asked = strategy.ask(batch);
    const trials = asked.map((architecture) => {
      const failed = number % 5 === 4;
      return { number: number++, architecture, outcome: failed ? null : toyOutcome(architecture) };
    });
    deliver(strategy, trials);
    return asked;
  });
}

/** What every strategy must hold to, whatever it is. `create` builds it afresh from a context. */
export function strategyContract(name: string, create: (context: StrategyContext) => Strategy): void {
  const space = toySpace({ params: 40 });
  const context = (seed: number): StrategyContext => ({
    space,
    admits: (a) => a.params.g0! < 9,
    avmLimit: 0.15,
    rng: createRng(seed, 'strategy'),
  });
  const game = (seed: number, deliver?: Parameters<typeof play>[3]) => play(create(context(seed)), 8, 5, deliver);

  describe(`${name} as a strategy`, () => {
    it('asks only for architectures within the limits, each once', () => {
      const asked = game(1).flat();
      expect(asked).toHaveLength(40);
      expect(new Set(asked.map((a) => space.hash(a))).size).toBe(40);
      for (const architecture of asked) {
        expect(space.withinLimits(architecture)).toBe(true);
        expect(architecture.params.g0).toBeLessThan(9);
      }
    });

    it('repeats itself under the same seed and differs under another', () => {
      expect(game(3)).toEqual(game(3));
      expect(game(3)).not.toEqual(game(4));
    });

    it('does not depend on the order in which results arrive', () => {
      const backwards = game(5, (strategy, trials) => {
        for (const trial of trials.reverse()) strategy.tell([trial]);
      });
      expect(backwards).toEqual(game(5));
    });

    it('resumes from a journal: asking and telling again leads to the same place', () => {
      const whole = game(6);
      const resumed = create(context(6));
      let number = 0;
      for (const batch of whole.slice(0, 5)) {
        resumed.ask(batch.length);
        resumed.tell(
          batch.map((architecture) => {
            const failed = number % 5 === 4;
            return { number: number++, architecture, outcome: failed ? null : toyOutcome(architecture) };
          }),
        );
      }
      expect(resumed.ask(5)).toEqual(whole[5]);
    });

    it('goes on when every trial fails', () => {
      const strategy = create(context(8));
      for (let round = 0; round < 4; round++) {
        const asked = strategy.ask(3);
        expect(asked).toHaveLength(3);
        strategy.tell(asked.map((architecture, i) => ({ number: round * 3 + i, architecture, outcome: null })));
      }
    });

    it('hands out fewer, not forever, when the limits leave few architectures', () => {
      const few = create({ ...context(9), space: toySpace({}, 7), admits: () => true });
      expect([...few.ask(6), ...few.ask(6)]).toHaveLength(10);
    });
  });
}
