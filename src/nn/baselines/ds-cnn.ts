import { GraphBuilder } from '../graph/graph-builder.js';
import type { NetworkGraph } from '../graph/network-graph.js';

/** The keyword-spotting network of MLPerf Tiny: depthwise-separable, on 49x10 MFCC features, 12 classes. */
export function dsCnn(): NetworkGraph {
  const norm = { epsilon: 1e-3 };
  const builder = new GraphBuilder('ds-cnn', [49, 10, 1]);
  let x = builder.input
    .conv2d({ id: 'stem', filters: 64, kernel: [10, 4], strides: 2 })
    .batchNorm({ id: 'stem/bn', ...norm })
    .relu()
    .dropout(0.2);
  for (const block of [1, 2, 3, 4]) {
    x = x
      .depthwiseConv2d({ id: `block${block}/depthwise`, kernel: 3 })
      .batchNorm({ id: `block${block}/depthwise/bn`, ...norm })
      .relu()
      .conv2d({ id: `block${block}/pointwise`, filters: 64, kernel: 1 })
      .batchNorm({ id: `block${block}/pointwise/bn`, ...norm })
      .relu();
  }
  const pooled = x
    .dropout(0.4)
    .avgPool({ kernel: [24, 5] })
    .flatten();
  return builder.build(pooled.dense(12, { id: 'classifier' }).softmax());
}
