import type { Strategy } from '../../search/index.js';
import type { Tabular } from './tabular.js';

/**
 * Lets a strategy query a table.
 *
 * @param queries how many architectures it may ask for in all
 * @param batch how many at a time
 * @returns the regret after each query: the table's best value less the best one found so far. Where the strategy finds
 *   nothing more to ask for, the last regret stays.
 */
export function regretOf(strategy: Strategy, table: Tabular, queries: number, batch: number): Float64Array {
  const regret = new Float64Array(queries);
  let found = Number.NEGATIVE_INFINITY;
  let asked = 0;
  while (asked < queries) {
    const proposals = strategy.ask(Math.min(batch, queries - asked));
    if (proposals.length === 0) break;
    const trials = proposals.map((architecture, i) => {
      const value = table.valueOf(architecture);
      found = Math.max(found, value);
      regret[asked + i] = table.best - found;
      return { number: asked + i, architecture, outcome: { objective: value / 100, avm: 0, std: 0 } };
    });
    asked += proposals.length;
    strategy.tell(trials);
  }
  return regret.fill(table.best - found, asked);
}
