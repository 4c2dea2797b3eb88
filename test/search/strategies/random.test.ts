import { expect, it } from 'vitest';
import { RandomSearch } from '../../../src/search/index.js';
import { createRng } from '../../../src/tensor/index.js';
import { strategyContract } from '../support/strategy-contract.js';
import { toySpace } from '../support/toy-space.js';

strategyContract('random search', (context) => new RandomSearch(context));

it('draws each gene uniformly', () => {
  const strategy = new RandomSearch({
    space: toySpace(),
    admits: () => true,
    avmLimit: 1,
    rng: createRng(11),
  });
  const n = 2000;
  const mean = strategy.ask(n).reduce((sum, a) => sum + a.params.g3!, 0) / n;
  expect(Math.abs(mean - 4.5)).toBeLessThan((5 * Math.sqrt(8.25)) / Math.sqrt(n));
});
