import { describe, expect, it } from 'vitest';
import { LocalSearch, Nsga2, nsga2Schema } from '../../../src/search/index.js';
import { beatsRandom } from '../support/beats-random.js';
import { strategyContract } from '../support/strategy-contract.js';
import { coversMoreThanRandom } from '../support/toy-fronts.js';

const options = nsga2Schema.parse({ population: 20 });

strategyContract('NSGA-II', (context) => new Nsga2(context, nsga2Schema.parse({ population: 10 })));

it('beats random search on one objective in most of 40 seeds', () => {
  const wins = beatsRandom((context) => new Nsga2(context, options), { seeds: 40, rounds: 20, batch: 5 });
  expect(wins).toBeGreaterThanOrEqual(32);
});

describe('with two objectives, more volume than random search in most of 30 seeds', () => {
  const game = { seeds: 30, rounds: 20, batch: 5 };

  it('NSGA-II', () => {
    expect(coversMoreThanRandom((context) => new Nsga2(context, options), game)).toBeGreaterThanOrEqual(24);
  });

  it('local search', () => {
    expect(coversMoreThanRandom((context) => new LocalSearch(context), game)).toBeGreaterThanOrEqual(24);
  });
});
