import type { Padding } from '../../crossbar/index.js';
import { GraphBuilder, type Wire } from '../graph/graph-builder.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { halve } from './halve.js';

/** Options of {@link resnet}. */
export interface ResnetOptions {
  /** 20, 32, 44, 56, ...: 6 n + 2. */
  readonly depth: number;
  /**
   * Shortcut where a stage halves the image: 'A' takes every second pixel and pads channels with zeros on both sides,
   * without weights; 'B' is a 1x1 convolution with batch norm.
   */
  readonly option?: 'A' | 'B';
  /** 10 by default. */
  readonly classes?: number;
}

/** Symmetric padding, as in PyTorch: the published weights of these networks need it. */
const padding: Padding = [
  [1, 1],
  [1, 1],
];

/**
 * The CIFAR-10 residual networks of He et al., "Deep Residual Learning for Image Recognition" (2016), section 4.2, in
 * the form of akamaster/pytorch_resnet_cifar10.
 */
export function resnet({ depth, option = 'A', classes = 10 }: ResnetOptions): NetworkGraph {
  const blocks = (depth - 2) / 6;
  const builder = new GraphBuilder(option === 'A' ? `resnet${depth}` : `resnet${depth}-b`, [32, 32, 3]);
  let x = convBn(builder.input, 'stem', 16, 1).relu();
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = basicBlock(x, `stage${stage + 1}/block${block + 1}`, filters, stride, option);
    }
  }
  return builder.build(x.globalAvgPool().dense(classes, { id: 'classifier' }));
}

function basicBlock(x: Wire, id: string, filters: number, stride: number, option: 'A' | 'B'): Wire {
  const first = convBn(x, `${id}/a`, filters, stride).relu();
  const second = convBn(first, `${id}/b`, filters, 1);
  return second.add(shortcut(x, id, filters, stride, option)).relu();
}

function shortcut(x: Wire, id: string, filters: number, stride: number, option: 'A' | 'B'): Wire {
  if (stride === 1 && x.channels === filters) return x;
  if (option === 'B') {
    return x
      .conv2d({ id: `${id}/skip`, filters, kernel: 1, strides: stride, padding: 'valid', bias: false })
      .batchNorm({ id: `${id}/skip/bn` });
  }
  const [before, after] = halve(filters - x.channels);
  return x.subsample(stride).pad([
    [0, 0],
    [0, 0],
    [before, after],
  ]);
}

function convBn(x: Wire, id: string, filters: number, strides: number): Wire {
  return x.conv2d({ id, filters, kernel: 3, strides, padding, bias: false }).batchNorm({ id: `${id}/bn` });
}
