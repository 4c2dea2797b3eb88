import { GraphBuilder } from '../graph/graph-builder.js';
import type { NetworkGraph } from '../graph/network-graph.js';

/** The anomaly-detection network of MLPerf Tiny: a dense autoencoder of 640 log-mel values with a bottleneck of 8. */
export function autoencoder(): NetworkGraph {
  const builder = new GraphBuilder('autoencoder', [640]);
  let x = builder.input;
  for (const [index, units] of [128, 128, 128, 128, 8, 128, 128, 128, 128].entries()) {
    const id = `hidden${index + 1}`;
    x = x
      .dense(units, { id })
      .batchNorm({ id: `${id}/bn`, epsilon: 1e-3 })
      .relu();
  }
  return builder.build(x.dense(640, { id: 'reconstruction' }));
}
