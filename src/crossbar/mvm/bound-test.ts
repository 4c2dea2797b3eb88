import { tf } from '../../tensor/index.js';
import type { Engine } from '../config/crossbar-config.js';
import type { IoParameters } from '../config/io-parameters.js';
import { boundOf } from './quantise.js';

/** 1 for each input vector with an output beyond the bound, [batch, 1]. `y` is rounded, not clipped. */
export function clippedRows(y: tf.Tensor2D, io: IoParameters, engine: Engine): tf.Tensor2D {
  const bound = boundOf(io.outBound);
  if (!Number.isFinite(bound) || io.boundManagement === 'None') return tf.zeros([y.shape[0], 1]);
  return tf.tidy(() => {
    const above = tf.cast(tf.greater(y, bound), 'float32');
    const below = tf.cast(tf.less(y, -bound), 'float32');
    // The torch tile does not read bmTestNegativeBound.
    if (io.bmTestNegativeBound || engine === 'torch') return tf.max(tf.maximum(above, below), 1, true) as tf.Tensor2D;
    return lastOverflowPositive(above, below);
  });
}

/** The C++ tile walks through the outputs and lets a negative overflow cancel a positive one before it. */
function lastOverflowPositive(above: tf.Tensor, below: tf.Tensor): tf.Tensor2D {
  const order = tf.range(1, above.shape[1]! + 1);
  const last = (hits: tf.Tensor) => tf.max(tf.mul(hits, order), 1, true);
  return tf.cast(tf.greater(last(above), last(below)), 'float32') as tf.Tensor2D;
}
