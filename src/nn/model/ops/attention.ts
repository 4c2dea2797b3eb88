import { tf } from '../../../tensor/index.js';
import type { AttentionNode, LayerNormNode } from '../../graph/ops/attention.js';
import type { Binder } from '../runner.js';

export const attention: Binder<AttentionNode> = (node, { matrices, inputShapes: [shape] }) => {
  const [query, key, value, output] = matrices;
  const [time, features] = shape as [number, number];
  const { heads, keySize } = node;
  return ([x], { engine }) =>
    tf.tidy(() => {
      const rows = tf.reshape(x!, [-1, features]);
      const perHead = (flat: tf.Tensor) => tf.transpose(tf.reshape(flat, [-1, time, heads, keySize]), [0, 2, 1, 3]);
      const [q, k, v] = [query, key, value].map((matrix) => perHead(engine.apply(matrix!, rows)));
      const products = tf.mul(tf.matMul(q!, k!, false, true), 1 / Math.sqrt(keySize));
      const scores = node.causal ? tf.add(products, futureMask(time)) : products;
      const seen = tf.transpose(tf.matMul(tf.softmax(scores), v!), [0, 2, 1, 3]);
      const joined = tf.reshape(seen, [-1, heads * keySize]);
      return tf.reshape(engine.apply(output!, joined), [-1, time, features]);
    });
};

export const layerNorm: Binder<LayerNormNode> = ({ epsilon }, { weight }) => {
  const [gamma, beta] = [weight('gamma'), weight('beta')];
  return ([x]) =>
    tf.tidy(() => {
      const centred = tf.sub(x!, tf.mean(x!, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta);
    });
};

/** [time, time]: a large negative number where the column is later than the row. */
function futureMask(time: number): tf.Tensor2D {
  const mask = new Float32Array(time * time);
  for (let row = 0; row < time; row++) mask.fill(-1e9, row * time + row + 1, (row + 1) * time);
  return tf.tensor2d(mask, [time, time]);
}
