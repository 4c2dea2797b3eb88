import { tf } from '../../tensor/index.js';
import type { IoParameters } from '../config/io-parameters.js';

/** One pass of pulse-width inputs: which part of the input it carries, what its output counts, how long it lasts. */
export interface Phase {
  /** [batch, inputs] */
  readonly x: tf.Tensor2D;
  /** Factor on the digital result. */
  readonly weight: number;
  /** Time steps, and the time of the last one in units of the input. */
  readonly steps: number;
  readonly duration: number;
}

/** Steps of the DAC over its whole range, as a whole number where it is one: 254 for 8 bits. */
export function inputSteps({ inpBound, inpRes }: IoParameters): number {
  const steps = inpBound / (inpRes > 1 ? 1 / inpRes : inpRes);
  return Math.abs(steps - Math.round(steps)) < 1e-5 * steps ? Math.round(steps) : steps;
}

/** Inputs nearer than this to a step of the DAC, in steps, are meant to lie on it. */
export const ON_GRID = 1e-4;

/** The passes that an MVM type cuts DAC outputs into (analog-inference reference, 2.7). */
export function phasesOf(x: tf.Tensor2D, io: IoParameters): Phase[] {
  const steps = inputSteps(io);
  // AIHWKit's unit of time leaves the bound out.
  const unit = (2 * io.inpBound) / steps;
  switch (io.mvType) {
    case 'SplitMode':
      return splitPhases(x, steps, unit, io);
    case 'BitWise':
      return bitPhases(x, steps, unit);
    default:
      return [{ x, weight: 1, steps: Math.floor(((steps + 2) / 2) * io.irDropTimeStepResolutionScale), duration: 1 }];
  }
}

/** The low bits first, then the high ones. */
function splitPhases(x: tf.Tensor2D, steps: number, unit: number, io: IoParameters): Phase[] {
  const { splitModeBitShift: shift, irDropTimeStepResolutionScale: resolution } = io;
  const { sign, level } = levels(x, unit);
  const size = 2 ** shift;
  const high = tf.floor(tf.div(level, size));
  const low = tf.sub(level, tf.mul(high, size));
  const highSteps = 2 ** (Math.round(Math.log2(steps + 2)) - shift - 1);
  const part = (value: tf.Tensor) => tf.mul(tf.mul(value, sign), unit) as tf.Tensor2D;
  return [
    { x: part(low), weight: 1, steps: Math.floor(size * resolution), duration: unit * (size - 1) },
    { x: part(high), weight: size, steps: Math.floor(highSteps * resolution), duration: unit * (highSteps - 1) },
  ];
}

/** One pass per bit, lowest first. */
function bitPhases(x: tf.Tensor2D, steps: number, unit: number): Phase[] {
  const { sign, level } = levels(x, unit);
  const bits = Math.round(Math.log2(steps + 2)) - 1;
  return Array.from({ length: bits }, (_, bit) => {
    const shifted = bit === 0 ? level : tf.floor(tf.div(level, 2 ** bit));
    const value = tf.sub(shifted, tf.mul(tf.floor(tf.div(shifted, 2)), 2));
    return { x: tf.mul(tf.mul(value, sign), unit) as tf.Tensor2D, weight: 2 ** bit, steps: 2, duration: unit };
  });
}

/** Magnitudes in steps. Whole ones are whole in spite of float32; what noise or asymmetry moved off the grid stays there. */
function levels(x: tf.Tensor2D, unit: number) {
  const level = tf.div(tf.abs(x), unit);
  const whole = tf.round(level);
  return { sign: tf.sign(x), level: tf.where(tf.less(tf.abs(tf.sub(level, whole)), ON_GRID), whole, level) };
}
