import type { Padding } from '../../crossbar/index.js';
import { GraphBuilder, type Wire } from '../graph/graph-builder.js';
import type { NetworkGraph } from '../graph/network-graph.js';

const padding: Padding = [
  [1, 1],
  [1, 1],
];

/**
 * Wide residual network WRN-depth-width of Zagoruyko and Komodakis, "Wide Residual Networks" (2016): pre-activation
 * blocks, a 1x1 projection of the activated input where the width changes.
 */
export function wideResnet(depth: number, width: number, classes = 10): NetworkGraph {
  const blocks = (depth - 4) / 6;
  const builder = new GraphBuilder(`wrn-${depth}-${width}`, [32, 32, 3]);
  let x = conv(builder.input, 'stem', 16, 1);
  for (const [stage, base] of [16, 32, 64].entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = preActivationBlock(x, `stage${stage + 1}/block${block + 1}`, base * width, stride);
    }
  }
  const features = x.batchNorm({ id: 'bn' }).relu().globalAvgPool();
  return builder.build(features.dense(classes, { id: 'classifier' }));
}

function preActivationBlock(x: Wire, id: string, filters: number, stride: number): Wire {
  const active = x.batchNorm({ id: `${id}/bn1` }).relu();
  const hidden = conv(active, `${id}/a`, filters, stride)
    .batchNorm({ id: `${id}/bn2` })
    .relu();
  const skip =
    x.channels === filters
      ? x
      : active.conv2d({ id: `${id}/skip`, filters, kernel: 1, strides: stride, padding: 'valid', bias: false });
  return conv(hidden, `${id}/b`, filters, 1).add(skip);
}

function conv(x: Wire, id: string, filters: number, strides: number): Wire {
  return x.conv2d({ id, filters, kernel: 3, strides, padding, bias: false });
}
