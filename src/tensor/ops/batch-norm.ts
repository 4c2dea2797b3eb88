import { tf } from '../tf.js';
import { hasKernel } from './has-kernel.js';

/** Options of both batch normalisations. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-3 if absent (Keras' default). */
  readonly epsilon?: number;
  /** Whether a ReLU follows, in the same pass. */
  readonly relu?: boolean;
}

/** What training needs of a batch normalisation. */
export interface BatchNormTrainResult<T extends tf.Tensor = tf.Tensor> {
  /** The normalised activations, of the shape of x. */
  readonly y: T;
  /** Mean per channel of this batch, [C]; for the moving average: no gradient is taken through it. */
  readonly mean: tf.Tensor1D;
  /** Biased variance per channel of this batch, [C]. */
  readonly variance: tf.Tensor1D;
}

/** Kernel of the fused forward pass: inputs {x, gamma, beta}, attributes {epsilon, relu}, outputs [y, mean, variance]. */
export const BatchNormTrain = 'BatchNormTrain';
/** Kernel of its gradient: inputs {dy, x, y, gamma, beta, mean, variance}, outputs [dx, dgamma, dbeta]. */
export const BatchNormTrainGrad = 'BatchNormTrainGrad';
/** Kernel of inference: inputs {x, gamma, beta, mean, variance}, attributes {epsilon, relu}. */
export const BatchNormInfer = 'BatchNormInfer';

const defaultEpsilon = 1e-3;

/**
 * Batch normalisation with the statistics of the batch, over all axes but the last, optionally followed by a ReLU:
 * y = gamma (x - mean) / sqrt(variance + epsilon) + beta. Differentiable with respect to x, gamma and beta.
 *
 * @example
 * const { y, mean, variance } = batchNormTrain(x, gamma, beta, { relu: true });
 */
export function batchNormTrain<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  options: BatchNormOptions = {},
): BatchNormTrainResult<T> {
  const { epsilon = defaultEpsilon, relu = false } = options;
  assertChannels('batchNormTrain', x, { gamma, beta });
  if (!hasKernel(BatchNormTrain)) return batchNormTrainReference(x, gamma, beta, { epsilon, relu });
  const [y, mean, variance] = tf
    .engine()
    .runKernel(BatchNormTrain, { x, gamma, beta }, { epsilon, relu }) as tf.Tensor[];
  return { y: y as T, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/** {@link batchNormTrain} in plain operations: the meaning of the fused kernel. */
export function batchNormTrainReference<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { epsilon = defaultEpsilon, relu = false }: BatchNormOptions = {},
): BatchNormTrainResult<T> {
  const [y, mean, variance] = tf.tidy(() => {
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const mean = tf.mean(x, axes);
    const centred = tf.sub(x, mean);
    const variance = tf.mean(tf.square(centred), axes);
    const scaled = tf.mul(centred, tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma));
    const y = tf.add(scaled, beta);
    return [relu ? tf.relu(y) : y, mean, variance];
  }) as [T, tf.Tensor1D, tf.Tensor1D];
  return { y, mean, variance };
}

/** Batch normalisation with given statistics, optionally followed by a ReLU. Differentiable in all tensors. */
export function batchNormInfer<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  options: BatchNormOptions = {},
): T {
  const { epsilon = defaultEpsilon, relu = false } = options;
  assertChannels('batchNormInfer', x, { gamma, beta, mean, variance });
  if (!hasKernel(BatchNormInfer)) return batchNormInferReference(x, gamma, beta, mean, variance, { epsilon, relu });
  return tf.engine().runKernel(BatchNormInfer, { x, gamma, beta, mean, variance }, { epsilon, relu }) as T;
}

/** {@link batchNormInfer} in plain operations. */
export function batchNormInferReference<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  { epsilon = defaultEpsilon, relu = false }: BatchNormOptions = {},
): T {
  return tf.tidy(() => {
    const scale = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma);
    const y = tf.add(tf.mul(tf.sub(x, mean), scale), beta);
    return (relu ? tf.relu(y) : y) as T;
  });
}

function assertChannels(op: string, x: tf.Tensor, vectors: Record<string, tf.Tensor>): void {
  const channels = x.shape.at(-1);
  tf.util.assert(x.rank >= 2, () => `${op}: x must have at least two axes, got shape [${x.shape}]`);
  for (const [name, vector] of Object.entries(vectors)) {
    tf.util.assert(
      vector.rank === 1 && vector.shape[0] === channels,
      () => `${op}: ${name} must have shape [${channels}] (the channels of x), got [${vector.shape}]`,
    );
  }
}
