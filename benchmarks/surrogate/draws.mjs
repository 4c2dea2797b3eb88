// How well each kind of surrogate orders a table of measured cells from a few hundred of them, over fresh draws.
import { loadSpace } from '../../dist/space/index.js';
import { readMeasuredTable, surrogateKinds } from '../../dist/surrogate/index.js';
import { qualityOf } from '../../dist/surrogate/quality.js';
import { fitAndAsk, withUnseenFeatures } from '../../dist/surrogate/score-surrogate.js';
import { createRng } from '../../dist/tensor/index.js';

/**
 * Mean and spread over the draws of each kind's quality; the models are those of `kirchhoff surrogate score`. `unseen…` is the
 * same on the other rows whose features none of the fitted ones has: cells that differ only in dead edges have equal features.
 */
export function measureDraws({ cells, target, rows, draws, kinds = surrogateKinds }) {
  const space = loadSpace('nasbench201');
  const table = readMeasuredTable(cells, space, target).rows;
  return kinds.map((kind) => {
    const asked = Array.from({ length: draws }, (_, draw) => {
      const order = createRng(draw, 'bench/surrogate/draws').shuffle([...table]);
      const [train, test] = [order.slice(0, rows), order.slice(rows)];
      const answers = fitAndAsk(kind, space, train, test, 0);
      return { answers, unseen: withUnseenFeatures(space, train, test, answers) };
    });
    const qualities = asked.map(({ answers }) => qualityOf(answers));
    const unseen = asked.map(({ unseen: each }) => ({ rows: each.measured.length, ...qualityOf(each) }));
    const taus = qualities.map(({ kendallTau }) => kendallTau);
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
      unseenRows: Math.round(mean(unseen.map((q) => q.rows))),
      unseenTau: Number(mean(unseen.map((q) => q.kendallTau)).toFixed(4)),
      unseenBetterHalf: Number(mean(unseen.map((q) => q.betterHalfKendallTau)).toFixed(4)),
      unseenRmse: Number(mean(unseen.map((q) => q.rmse)).toFixed(3)),
    };
  });
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
