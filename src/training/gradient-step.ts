import { softmaxCrossEntropy, tf, valueAndGradients } from '../tensor/index.js';

/** Gradients of the loss on one batch, and how the batch went. */
export interface GradientStep {
  /** One per variable, in order; the caller disposes them. */
  readonly gradients: tf.Tensor[];
  readonly loss: number;
  /** Number of images whose largest logit was that of their label. */
  readonly correct: number;
}

/**
 * Runs a batch forward and backward.
 *
 * @param forward gives logits [n, classes]; called once, while gradients are being recorded
 * @param labels the same labels as `labelValues`, int32 [n]
 */
export async function gradientStep(
  forward: () => tf.Tensor,
  labels: tf.Tensor1D,
  labelValues: ArrayLike<number>,
  variables: readonly tf.Variable[],
  labelSmoothing: number,
): Promise<GradientStep> {
  let winners: tf.Tensor | undefined;
  const loss = () => {
    const logits = forward();
    winners = tf.keep(tf.argMax(logits, -1));
    return softmaxCrossEntropy(logits, labels, { labelSmoothing });
  };
  const { value, gradients } = valueAndGradients(loss, variables);
  try {
    const [lossValue, winnerValues] = await Promise.all([value.data(), winners!.data()]);
    return {
      gradients: completed(gradients, variables),
      loss: lossValue[0]!,
      correct: hits(winnerValues, labelValues),
    };
  } finally {
    value.dispose();
    winners?.dispose();
  }
}

/** A variable that the loss does not depend on has the gradient 0. */
function completed(gradients: readonly (tf.Tensor | null)[], variables: readonly tf.Variable[]): tf.Tensor[] {
  return variables.map((variable, i) => gradients[i] ?? tf.zerosLike(variable));
}

/** Number of places at which two lists agree. */
export function hits(winners: ArrayLike<number>, labels: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < winners.length; i++) if (winners[i] === labels[i]) count++;
  return count;
}
