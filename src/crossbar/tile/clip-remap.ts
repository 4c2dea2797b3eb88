import { tf } from '../../tensor/index.js';
import type { Engine } from '../config/crossbar-config.js';
import type { WeightClip, WeightRemap } from '../config/weight-treatment.js';
import { nonZero } from './mapping-scale.js';

/** Analog weights [inputs, outputs] clipped as the parameters say. */
export function clipWeights(
  weights: tf.Tensor2D,
  { type, fixedValue, sigma }: WeightClip,
  engine: Engine,
): tf.Tensor2D {
  return tf.tidy(() => {
    switch (type) {
      case 'None':
        return weights.clone();
      case 'FixedValue':
        return clampTo(weights, tf.scalar(fixedValue), engine);
      case 'LayerGaussian':
        return clampTo(weights, capped(tf.mul(standardDeviation(weights), sigma), fixedValue), engine);
      case 'AverageChannelMax':
        return clampTo(weights, capped(tf.mean(tf.max(tf.abs(weights), 0)), fixedValue), engine);
    }
  });
}

/** The C++ tile leaves weights alone where the limit is not above zero; torch's clamp then gives the limit itself. */
function clampTo(weights: tf.Tensor2D, limit: tf.Tensor, engine: Engine): tf.Tensor2D {
  const clamped = tf.minimum(tf.maximum(weights, tf.neg(limit)), limit) as tf.Tensor2D;
  if (engine === 'torch') return clamped;
  return tf.where(tf.greater(limit, 0), clamped, weights) as tf.Tensor2D;
}

function capped(limit: tf.Tensor, fixedValue: number): tf.Tensor {
  return fixedValue > 0 ? tf.minimum(limit, fixedValue) : limit;
}

function standardDeviation(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.div(tf.sum(tf.square(tf.sub(x, tf.mean(x)))), x.size - 1));
}

/** Analog weights and the digital scales [1, outputs] that belong to them. */
export type ScaledWeights = {
  readonly weights: tf.Tensor2D;
  readonly scales: tf.Tensor2D;
};

/** Moves the size of the weights into their scales, so that they fill the range of the devices again. */
export function remapWeights({ weights, scales }: ScaledWeights, remap: WeightRemap, engine: Engine): ScaledWeights {
  return tf.tidy(() => {
    switch (remap.type) {
      case 'None':
        return { weights: weights.clone(), scales: scales.clone() };
      case 'LayerwiseSymmetric':
        return engine === 'torch' ? torchLayerwise(weights, scales) : layerwise(weights, scales, remap.remappedWmax);
      case 'ChannelwiseSymmetric':
        return channelwise(weights, scales, remap);
    }
  });
}

function layerwise(weights: tf.Tensor2D, scales: tf.Tensor2D, remappedWmax: number): ScaledWeights {
  const factor = nonZero(tf.div(tf.max(tf.abs(weights)), remappedWmax));
  return { weights: tf.div(weights, factor) as tf.Tensor2D, scales: tf.mul(scales, factor) as tf.Tensor2D };
}

/** The torch tile goes through logical weights and ends with one scale for all outputs. */
function torchLayerwise(weights: tf.Tensor2D, scales: tf.Tensor2D): ScaledWeights {
  const logical = tf.mul(weights, scales);
  const scale = nonZero(tf.max(tf.abs(logical)));
  return {
    weights: tf.div(logical, scale) as tf.Tensor2D,
    scales: tf.mul(tf.onesLike(scales), scale) as tf.Tensor2D,
  };
}

function channelwise(weights: tf.Tensor2D, scales: tf.Tensor2D, remap: WeightRemap): ScaledWeights {
  const { remappedWmax, maxScaleRange, maxScaleRef } = remap;
  const factor = nonZero(tf.div(tf.max(tf.abs(weights), 0, true), remappedWmax));
  const wished = tf.mul(scales, factor);
  if (maxScaleRange <= 0) return { weights: tf.div(weights, factor) as tf.Tensor2D, scales: wished as tf.Tensor2D };
  const smallest = tf.relu(tf.min(scales));
  const reference = tf.where(tf.greater(smallest, 0), tf.maximum(smallest, maxScaleRef), smallest);
  const limit = tf.mul(reference, maxScaleRange);
  const bounded = tf.where(tf.greater(reference, 0), tf.minimum(wished, limit), wished);
  return { weights: tf.mul(weights, tf.div(scales, bounded)) as tf.Tensor2D, scales: bounded as tf.Tensor2D };
}
