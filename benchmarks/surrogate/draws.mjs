// How well each kind of surrogate orders a table of measured cells from a few hundred of them, over fresh draws.
import { loadSpace } from '../../dist/space/index.js';
import { readMeasuredTable, surrogateKinds } from '../../dist/surrogate/index.js';
import { qualityOf } from '../../dist/surrogate/quality.js';
import { fitAndAsk } from '../../dist/surrogate/score-surrogate.js';
import { createRng } from '../../dist/tensor/index.js';

/** Mean and spread over the draws of each kind's quality; the models are those of `kirchhoff surrogate score`. */
export function measureDraws({ cells, target, rows, draws, kinds = surrogateKinds }) {
  const space = loadSpace('nasbench201');
  const table = readMeasuredTable(cells, space, target).rows;
  return kinds.map((kind) => {
    const qualities = Array.from({ length: draws }, (_, draw) => {
      const order = createRng(draw, 'bench/surrogate/draws').shuffle([...table]);
      return qualityOf(fitAndAsk(kind, space, order.slice(0, rows), order.slice(rows), 0));
    });
    const taus = qualities.map(({ kendallTau }) => kendallTau);
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(taus.reduce((sum, tau) => sum + (tau - mean(taus)) ** 2, 0) / (taus.length - 1));
    return {
      kind,
      rows,
      draws,
      tau: Number(mean(taus).toFixed(4)),
      spread: Number(spread.toFixed(4)),
      betterHalf: Number(mean(qualities.map((q) => q.betterHalfKendallTau)).toFixed(4)),
      ndcg: Number(mean(qualities.map((q) => q.ndcg)).toFixed(4)),
      rmse: Number(mean(qualities.map((q) => q.rmse)).toFixed(3)),
    };
  });
}
