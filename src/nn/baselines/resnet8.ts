import { GraphBuilder, type Wire } from '../graph/graph-builder.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import type { Shape } from '../graph/op-definition.js';

/** Options of {@link resnet8}. */
export interface Resnet8Options {
  readonly name?: string;
  /** [32, 32, 3] by default. */
  readonly inputShape?: Shape;
  /** 10 by default. */
  readonly classes?: number;
  /** Filters of the first stack, doubled by each of the two others; 16 by default. */
  readonly filters?: number;
}

/**
 * The image-classification network of MLPerf Tiny v1.0 and v1.1 (mlcommons/tiny, `keras_model.py`): 3x3 convolutions
 * with bias and batch norm, three stacks of one block, 1x1 shortcuts with bias and without batch norm.
 */
export function resnet8({
  name = 'resnet8',
  inputShape = [32, 32, 3],
  classes = 10,
  filters = 16,
}: Resnet8Options = {}): NetworkGraph {
  const builder = new GraphBuilder(name, inputShape);
  let x = convBn(builder.input, 'stem', filters, 1).relu();
  for (const stack of [1, 2, 3]) x = block(x, `stack${stack}`, filters * 2 ** (stack - 1), stack === 1 ? 1 : 2);
  return builder.build(x.globalAvgPool().dense(classes, { id: 'classifier' }).softmax());
}

/** A ResNet-8 of half the width, for quick starts and tests. */
export function resnetTiny({ name = 'resnet-tiny', filters = 8, ...options }: Resnet8Options = {}): NetworkGraph {
  return resnet8({ ...options, name, filters });
}

function block(x: Wire, id: string, filters: number, stride: number): Wire {
  const first = convBn(x, `${id}/a`, filters, stride).relu();
  const second = convBn(first, `${id}/b`, filters, 1);
  const changes = stride !== 1 || x.channels !== filters;
  const skip = changes ? x.conv2d({ id: `${id}/skip`, filters, kernel: 1, strides: stride }) : x;
  return second.add(skip).relu();
}

function convBn(x: Wire, id: string, filters: number, strides: number): Wire {
  return x.conv2d({ id, filters, kernel: 3, strides }).batchNorm({ id: `${id}/bn`, epsilon: 1e-3 });
}
