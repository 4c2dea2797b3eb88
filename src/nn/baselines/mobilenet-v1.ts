import { GraphBuilder } from '../graph/graph-builder.js';
import type { NetworkGraph } from '../graph/network-graph.js';

/** [stride, output channels] of the separable blocks at width 1. */
const blocks = [
  [1, 64],
  [2, 128],
  [1, 128],
  [2, 256],
  [1, 256],
  [2, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [1, 512],
  [2, 1024],
  [1, 1024],
] as const;

/** The visual-wake-words network of MLPerf Tiny: MobileNetV1 of a quarter of the width on 96x96 images, 2 classes. */
export function mobileNetV1(width = 0.25): NetworkGraph {
  const norm = { epsilon: 1e-3 };
  const builder = new GraphBuilder(`mobilenet-v1-${width}`, [96, 96, 3]);
  let x = builder.input
    .conv2d({ id: 'stem', filters: 32 * width, kernel: 3, strides: 2 })
    .batchNorm({ id: 'stem/bn', ...norm })
    .relu();
  for (const [index, [strides, channels]] of blocks.entries()) {
    const id = `block${index + 1}`;
    x = x
      .depthwiseConv2d({ id: `${id}/depthwise`, kernel: 3, strides })
      .batchNorm({ id: `${id}/depthwise/bn`, ...norm })
      .relu()
      .conv2d({ id: `${id}/pointwise`, filters: channels * width, kernel: 1 })
      .batchNorm({ id: `${id}/pointwise/bn`, ...norm })
      .relu();
  }
  return builder.build(x.globalAvgPool().dense(2, { id: 'classifier' }).softmax());
}
