import { describe, expect, it } from 'vitest';
import { reasonToStop } from '../../src/search/stopping.js';
import { Memory } from '../../src/search/strategies/memory.js';
import type { ToldTrial } from '../../src/search/strategies/strategy.js';
import type { TrialRecord } from '../../src/store/index.js';

const told = (number: number, objective: number, more: Partial<ToldTrial> = {}): ToldTrial => ({
  number,
  architecture: { space: 'toy', params: { g0: number } },
  outcome: { objective, avm: 0, std: 0 },
  ...more,
});

/** What a search with this patience says after these trials, of which the first were taken over. */
function reason(patience: number, trials: ToldTrial[], takenOver = 0): string | null {
  const memory = new Memory();
  memory.tell(trials);
  const record = (number: number) =>
    ({ metrics: { analog: [{ seconds: 86_400, mean: 0 }] }, ...(number < takenOver && { importedFrom: 'x' }) }) as
      | TrialRecord
      | never;
  return reasonToStop({ search: { patience } as never, limits: { avm: 1 } }, memory, record);
}

describe('the patience of a search', () => {
  it('counts its own trials only, not those taken over', () => {
    const earlier = [told(0, 0.9), ...[1, 2, 3, 4, 5, 6, 7].map((number) => told(number, 0.5))];
    expect(reason(4, [...earlier, told(8, 0.6)], 8)).toBeNull();
    expect(reason(4, [...earlier, ...[8, 9, 10].map((number) => told(number, 0.6))], 8)).toBeNull();
    expect(reason(4, [...earlier, ...[8, 9, 10, 11].map((number) => told(number, 0.6))], 8)).toBe(
      'nothing better came in the 4 trials of this run than trial 0, taken over (search.patience = 4)',
    );
    expect(reason(4, earlier)).toBe('nothing better came in the 7 trials after trial 0 (search.patience = 4)');
  });

  it('judges what is better within the highest rung reached', () => {
    // a lucky trial of the lowest rung, and a top rung that keeps improving
    const trials = [
      told(0, 0.7, { rung: 0 }),
      told(1, 0.75, { rung: 0 }),
      told(2, 0.74, { rung: 0 }),
      told(3, 0.6, { rung: 1, promotes: 2 }),
      told(4, 0.66, { rung: 0 }),
      told(5, 0.65, { rung: 1, promotes: 4 }),
      told(6, 0.71, { rung: 0 }),
      told(7, 0.72, { rung: 1, promotes: 6 }),
    ];
    expect(reason(6, trials)).toBeNull();
    expect(reason(2, [...trials, told(8, 0.9, { rung: 0 })])).toBeNull();
    expect(reason(2, [...trials, told(8, 0.9, { rung: 0 }), told(9, 0.9, { rung: 0 })])).toMatch(/after trial 7/);
  });

  it('does not hold the first rungs against trials that were taken over at full fidelity', () => {
    const trials = [told(0, 0.9, { rung: 1 }), told(1, 0.3, { rung: 0 }), told(2, 0.4, { rung: 0 })];
    expect(reason(2, trials, 1)).toBeNull();
    expect(reason(2, [...trials, told(3, 0.1, { rung: 0 }), told(4, 0.1, { rung: 0 })], 1)).toMatch(/after trial 2/);
  });
});
