import { tf } from '../tf.js';
import { hasKernel } from './has-kernel.js';

/** Options of {@link softmaxCrossEntropy}. */
export interface CrossEntropyOptions {
  /** Share of the target's probability that is spread evenly over all classes, in [0, 1); 0 if absent. */
  readonly labelSmoothing?: number;
}

/** Kernel: inputs {logits, labels}, attributes {labelSmoothing}, outputs [loss, gradient of the loss by the logits]. */
export const SoftmaxCrossEntropy = 'SoftmaxCrossEntropy';

/**
 * Mean over the batch of the cross entropy between softmax(logits) and integer labels.
 * `logits` is [n, c], `labels` an int32 tensor [n] with values in [0, c). Differentiable with respect to the logits.
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor,
  labels: tf.Tensor,
  options: CrossEntropyOptions = {},
): tf.Scalar {
  const labelSmoothing = options.labelSmoothing ?? 0;
  tf.util.assert(
    logits.rank === 2 && labels.rank === 1 && labels.dtype === 'int32' && labels.shape[0] === logits.shape[0],
    () =>
      `softmaxCrossEntropy: expected logits [n, c] and int32 labels [n], ` +
      `got [${logits.shape}] and ${labels.dtype} [${labels.shape}]`,
  );
  if (!hasKernel(SoftmaxCrossEntropy)) return softmaxCrossEntropyReference(logits, labels, { labelSmoothing });
  const outputs = tf.engine().runKernel(SoftmaxCrossEntropy, { logits, labels }, { labelSmoothing }) as tf.Tensor[];
  outputs[1]!.dispose();
  return outputs[0] as tf.Scalar;
}

/** {@link softmaxCrossEntropy} in plain operations. */
export function softmaxCrossEntropyReference(
  logits: tf.Tensor,
  labels: tf.Tensor,
  { labelSmoothing = 0 }: CrossEntropyOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const classes = logits.shape[1]!;
    const onTarget = 1 - labelSmoothing + labelSmoothing / classes;
    const targets = tf.oneHot(labels as tf.Tensor1D, classes, onTarget, labelSmoothing / classes);
    const products = tf.mul(tf.logSoftmax(logits as tf.Tensor2D), targets);
    return tf.neg(tf.div(tf.sum(products), logits.shape[0]!)) as tf.Scalar;
  });
}
