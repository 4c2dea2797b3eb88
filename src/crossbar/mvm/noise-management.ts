import { tf } from '../../tensor/index.js';
import type { IoParameters } from '../config/io-parameters.js';
import { boundOf, stepOf } from './quantise.js';

/** Largest weight that AIHWKit's AbsMaxNPSum assumes (`nm_assumed_wmax`). */
const ASSUMED_WMAX = 0.6;
/** Decay of the running mean of AverageAbsMax (`nm_decay`). */
const AVERAGE_DECAY = 1e-3;

/** What a tile remembers between calls. */
export interface NoiseManagementMemory {
  averageAbsMax?: number;
}

/**
 * The scale alpha that each input vector is divided by before the DAC, shape [batch, 1].
 * Zero or less where a vector has nothing to scale; the engines differ in what follows.
 */
export function inputScale(
  x: tf.Tensor2D,
  io: IoParameters,
  memory: NoiseManagementMemory,
  type: IoParameters['noiseManagement'] = io.noiseManagement,
): tf.Tensor2D {
  const batch: [number, number] = [x.shape[0], 1];
  switch (type) {
    case 'None':
      return tf.ones(batch);
    case 'Constant':
      return tf.fill(batch, io.nmThres > 0 ? io.nmThres : 1) as tf.Tensor2D;
    case 'AbsMax':
      return tf.tidy(() => capped(tf.max(tf.abs(x), 1, true), io.nmThres));
    case 'Max':
      return tf.tidy(() => capped(tf.max(x, 1, true), io.nmThres));
    case 'AverageAbsMax':
      return averageAbsMax(x, memory);
    case 'AbsMaxNPSum':
      return absMaxNpSum(x, io);
  }
}

function capped(alpha: tf.Tensor, threshold: number): tf.Tensor2D {
  return (threshold > 0 ? tf.minimum(alpha, threshold) : alpha) as tf.Tensor2D;
}

/** Every vector of the batch moves the running mean, in order. */
function averageAbsMax(x: tf.Tensor2D, memory: NoiseManagementMemory): tf.Tensor2D {
  const largest = tf.tidy(() => tf.max(tf.abs(x), 1).dataSync());
  const alphas = Float32Array.from(largest, (value) => {
    const mean = memory.averageAbsMax;
    memory.averageAbsMax = mean === undefined ? value : mean * (1 - AVERAGE_DECAY) + AVERAGE_DECAY * value;
    return memory.averageAbsMax;
  });
  return tf.tensor2d(alphas, [alphas.length, 1]);
}

/** Scales so far down that even the sum of all positive or all negative inputs would stay within the ADC's bound. */
function absMaxNpSum(x: tf.Tensor2D, io: IoParameters): tf.Tensor2D {
  const bound = boundOf(io.outBound);
  const outBound = Number.isFinite(bound) ? bound : 1;
  const step = stepOf(boundOf(io.inpBound), io.inpRes);
  return tf.tidy(() => {
    const largest = capped(tf.max(tf.abs(x), 1, true), io.nmThres);
    const positive = tf.sum(tf.relu(x), 1, true);
    const negative = tf.sum(tf.relu(tf.neg(x)), 1, true);
    const needed = tf.mul(tf.maximum(positive, negative), ASSUMED_WMAX / outBound);
    const affordable = step > 0 ? tf.minimum(needed, tf.mul(largest, io.maxBmRes / step)) : needed;
    return tf.maximum(largest, affordable) as tf.Tensor2D;
  });
}
