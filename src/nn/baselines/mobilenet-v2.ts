import { GraphBuilder, type Wire } from '../graph/graph-builder.js';
import type { NetworkGraph } from '../graph/network-graph.js';

/** [expansion, output channels, repeats, first stride] of each stage at width 1, with the strides used for CIFAR. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 1],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/**
 * MobileNetV2 of Sandler et al. (2018) for 32x32 images: stem and second stage at stride 1. The last convolution keeps
 * 1280 channels at widths below 1.
 */
export function mobileNetV2(width = 1, classes = 10): NetworkGraph {
  const builder = new GraphBuilder(width === 1 ? 'mobilenet-v2' : `mobilenet-v2-${width}`, [32, 32, 3]);
  let x = convBn(builder.input, 'stem', roundToEight(32 * width), 3).relu6();
  for (const [stage, [expansion, channels, repeats, firstStride]] of stages.entries()) {
    for (let block = 0; block < repeats; block++) {
      const stride = block === 0 ? firstStride : 1;
      x = invertedResidual(x, `stage${stage + 1}/block${block + 1}`, expansion, roundToEight(channels * width), stride);
    }
  }
  const features = convBn(x, 'head', 1280 * Math.max(1, width), 1).relu6();
  return builder.build(features.globalAvgPool().dropout(0.2).dense(classes, { id: 'classifier' }));
}

function invertedResidual(x: Wire, id: string, expansion: number, channels: number, strides: number): Wire {
  const wide = expansion === 1 ? x : convBn(x, `${id}/expand`, x.channels * expansion, 1).relu6();
  const filtered = wide
    .depthwiseConv2d({ id: `${id}/depthwise`, kernel: 3, strides, padding: around(3), bias: false })
    .batchNorm({ id: `${id}/depthwise/bn` })
    .relu6();
  const narrow = convBn(filtered, `${id}/project`, channels, 1);
  return strides === 1 && x.channels === channels ? narrow.add(x) : narrow;
}

function convBn(x: Wire, id: string, filters: number, kernel: number): Wire {
  return x.conv2d({ id, filters, kernel, padding: around(kernel), bias: false }).batchNorm({ id: `${id}/bn` });
}

function around(kernel: number): [[number, number], [number, number]] {
  const side = (kernel - 1) / 2;
  return [
    [side, side],
    [side, side],
  ];
}

/** The nearest multiple of eight, but never less than 90 % of the value. */
function roundToEight(value: number): number {
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}
