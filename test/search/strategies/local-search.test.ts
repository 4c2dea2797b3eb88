import { expect, it } from 'vitest';
import { LocalSearch } from '../../../src/search/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { beatsRandom } from '../support/beats-random.js';
import { play, strategyContract } from '../support/strategy-contract.js';
import { toyOutcome, toySpace } from '../support/toy-space.js';

strategyContract('local search', (context) => new LocalSearch(context));

it('beats random search on the toy landscape in most of 40 seeds', () => {
  const wins = beatsRandom((context) => new LocalSearch(context), { seeds: 40, rounds: 20, batch: 5 });
  expect(wins).toBeGreaterThanOrEqual(32);
});

it('tries neighbours of the best so far, and climbs anew where none is left', () => {
  const space = toySpace({}, 6);
  const asked: string[] = [];
  const strategy = new LocalSearch({ space, admits: () => true, avmLimit: 1, rng: createRng(2) });
  const batches = play(strategy, 20, 4);
  let climbs = 0;
  for (const [round, batch] of batches.entries()) {
    // every fifth trial fails, so the best so far is the best of the others
    const known = batches
      .slice(0, round)
      .flat()
      .filter((_, number) => number % 5 !== 4);
    const near = batch.filter((a) => known.some((b) => isNeighbour(a.params, b.params)));
    if (near.length < batch.length) climbs++;
    asked.push(...batch.map((a) => space.hash(a)));
  }
  // two free genes have 100 architectures and 18 neighbours each: 80 trials need several climbs
  expect(climbs).toBeGreaterThan(0);
  expect(new Set(asked).size).toBe(80);
  const best = Math.max(...batches.flat().map((a) => toyOutcome(a).objective));
  const all = Array.from({ length: 100 }, (_, i) => ({
    space: 'toy',
    params: { ...batches[0]![0]!.params, g0: i % 10, g1: Math.floor(i / 10) },
  }));
  expect(best).toBe(Math.max(...all.map((a) => toyOutcome(a).objective)));
});

function isNeighbour(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return Object.keys(a).filter((gene) => a[gene] !== b[gene]).length === 1;
}
