import type { OutputStage } from '../../crossbar/index.js';
import { tf } from '../../tensor/index.js';
import type { MatrixLayer } from '../graph/matrix-layers.js';
import type { GraphNode } from '../graph/ops/index.js';

/** A weight matrix with its tensors. */
export interface BoundMatrix extends MatrixLayer {
  /** The trainable kernel, in the layout of its node. */
  readonly kernelTensor: tf.Tensor;
  /** The bias at present; null where there is none, or where one that is zero stands in front of a batch norm. */
  readonly biasTensor: tf.Tensor | null;
  readonly depthwise: boolean;
  /**
   * For a depthwise or grouped convolution: makes of its kernel the dense one [kh, kw, channels in, channels out], with
   * zeros where inputs and outputs are not connected. Differentiable. Null where the kernel is dense already.
   */
  readonly expand: ((kernel: tf.Tensor) => tf.Tensor4D) | null;
}

/**
 * Multiplies activations with a weight matrix and adds the bias: in floating point, with hardware noise, or on
 * programmed tiles. `x` is [batch, inputs] for a dense matrix, [batch, height, width, channels] for a convolution.
 */
export interface MatrixEngine {
  apply(matrix: BoundMatrix, x: tf.Tensor): tf.Tensor;
  /** The same with a batch norm of inference behind it, for engines that do both at once. */
  applyWithStage?(matrix: BoundMatrix, x: tf.Tensor, stage: OutputStage): tf.Tensor;
}

/** Runs `use` with the dense kernel of a matrix and frees it where it had to be made. */
export function withDenseKernel<T>(matrix: BoundMatrix, use: (kernel: tf.Tensor) => T): T {
  if (matrix.expand === null) return use(matrix.kernelTensor);
  const kernel = matrix.expand(matrix.kernelTensor);
  const result = use(kernel);
  kernel.dispose();
  return result;
}

/** Writes a dense kernel back into that of a matrix, a variable; entries that the latter lacks are dropped. */
export function setDenseKernel({ kernelTensor, expand }: BoundMatrix, dense: tf.Tensor): void {
  tf.tidy(() => {
    // The transpose of the expansion: every entry of the kernel stands in one place of the dense one.
    const kernel = expand === null ? tf.reshape(dense, kernelTensor.shape) : tf.grad(expand)(kernelTensor, dense);
    (kernelTensor as tf.Variable).assign(kernel);
  });
}

/** How the kernel of a node becomes dense; null where it is. */
export function kernelExpansion(node: GraphNode, channels: number): BoundMatrix['expand'] {
  if (node.op === 'depthwiseConv2d') return (kernel) => expandDepthwise(kernel as tf.Tensor4D);
  if (node.op === 'conv2d' && node.groups > 1) {
    return (kernel) => expandGroups(kernel as tf.Tensor4D, channels, node.groups);
  }
  return null;
}

/** [kh, kw, c, m] to [kh, kw, c, c * m]: channel i feeds outputs i * m to i * m + m - 1. */
function expandDepthwise(kernel: tf.Tensor4D): tf.Tensor4D {
  const [height, width, channels, multiplier] = kernel.shape;
  return tf.tidy(() => {
    const own = tf.reshape(tf.eye(channels), [1, 1, channels, channels, 1]);
    const spread = tf.mul(tf.reshape(kernel, [height, width, channels, 1, multiplier]), own);
    return tf.reshape(spread, [height, width, channels, channels * multiplier]);
  });
}

/** [kh, kw, c / g, f] to [kh, kw, c, f]: group j connects the j-th parts of channels and filters. */
function expandGroups(kernel: tf.Tensor4D, channels: number, groups: number): tf.Tensor4D {
  const filters = kernel.shape[3];
  return tf.tidy(() => {
    const groupOf = (size: number) => tf.floorDiv(tf.range(0, size, 1, 'int32'), tf.scalar(size / groups, 'int32'));
    const sameGroup = tf.equal(tf.expandDims(groupOf(channels), 1), tf.expandDims(groupOf(filters), 0));
    return tf.mul(tf.tile(kernel, [1, 1, groups, 1]), tf.cast(sameGroup, 'float32')) as tf.Tensor4D;
  });
}
