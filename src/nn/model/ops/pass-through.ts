import { randomUniform, tf } from '../../../tensor/index.js';
import type { DropoutNode, IdentityNode } from '../../graph/ops/pass-through.js';
import type { Binder } from '../runner.js';

export const dropout: Binder<DropoutNode> = ({ id, rate }) => {
  return ([x], { training, rng }) => {
    if (!training || rate === 0) return tf.clone(x!);
    if (rng === undefined) throw new TypeError(`training with dropout ("${id}") needs an rng`);
    return tf.tidy(() => {
      const kept = tf.greaterEqual(randomUniform(x!.shape, rng.child(id)), rate);
      return tf.mul(x!, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - rate)));
    });
  };
};

export const identity: Binder<IdentityNode> = () => {
  return ([x]) => tf.clone(x!);
};
