import { tf } from '../../../tensor/index.js';
import type { ClipNode, LeakyReluNode, PlainActivation } from '../../graph/ops/activations.js';
import type { Binder, Runner } from '../runner.js';

const functions: Readonly<Record<PlainActivation, (x: tf.Tensor) => tf.Tensor>> = {
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  softplus: (x) => tf.softplus(x),
  softmax: (x) => tf.softmax(x),
  hardSigmoid: (x) => tf.tidy(() => hardSigmoid(x)),
  hardSwish: (x) => tf.tidy(() => tf.mul(x, hardSigmoid(x))),
  swish: (x) => tf.tidy(() => tf.mul(x, tf.sigmoid(x))),
  gelu: (x) => tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))),
};

/** Runners of all activations without parameters. */
export const activations = Object.fromEntries(
  Object.entries(functions).map(([op, apply]) => {
    const run: Runner = ([x]) => apply(x!);
    return [op, () => run];
  }),
) as unknown as Readonly<Record<PlainActivation, Binder<unknown>>>;

export const leakyRelu: Binder<LeakyReluNode> = ({ alpha }) => {
  return ([x]) => tf.leakyRelu(x!, alpha);
};

export const clip: Binder<ClipNode> = ({ min, max }) => {
  return ([x]) => tf.clipByValue(x!, min, max);
};

function hardSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6);
}
