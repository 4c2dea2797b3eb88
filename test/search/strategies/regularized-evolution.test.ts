import { expect, it } from 'vitest';
import { RegularizedEvolution, regularizedEvolutionSchema } from '../../../src/search/index.js';
import { beatsRandom } from '../support/beats-random.js';
import { strategyContract } from '../support/strategy-contract.js';

strategyContract(
  'regularized evolution',
  (context) => new RegularizedEvolution(context, regularizedEvolutionSchema.parse({ population: 10, tournament: 3 })),
);

it('beats random search on the toy landscape in most of 40 seeds', () => {
  const options = regularizedEvolutionSchema.parse({ population: 20, tournament: 5 });
  const wins = beatsRandom((context) => new RegularizedEvolution(context, options), {
    seeds: 40,
    rounds: 20,
    batch: 5,
  });
  expect(wins).toBeGreaterThanOrEqual(32);
});
