import { fail } from '../../config/index.js';
import { tf } from '../../tensor/index.js';

/** AIHWKit's smallest step and smallest upper end of a range. */
const EPSILON = 1e-8;

/** What a uniform quantiser rounds to. */
export interface QuantiserGrid {
  readonly nBits: number;
  readonly symmetric: boolean;
  /** Symmetric only: whether negative numbers occur; otherwise all codes are for positive ones. */
  readonly signed: boolean;
}

/** Step and zero point of a range: one value each, or one per channel (the last axis). */
export interface QuantiserStep {
  readonly delta: tf.Tensor;
  /** Zero point before rounding; zeros for a symmetric quantiser. */
  readonly zero: tf.Tensor;
  readonly signed: boolean;
}

/** The ends of a range, scalars or [channels]. */
export interface ValueRange {
  readonly min: tf.Tensor;
  readonly max: tf.Tensor;
}

/**
 * Step and zero point that cover a range; zero is always within (analog-inference reference, 6.4).
 *
 * @throws CROSSBAR_UNSUPPORTED for a single bit, symmetric, of a range with negative values: it has no positive code
 */
export function stepOfRange({ min, max }: ValueRange, nBits: number, symmetric: boolean): QuantiserStep {
  const low = tf.minimum(min, 0);
  const high = tf.maximum(max, EPSILON);
  if (symmetric) {
    const signed = tf.min(low).dataSync()[0]! < 0;
    if (signed && nBits === 1) refuseBit();
    const largest = tf.maximum(tf.abs(low), high);
    return {
      delta: tf.div(largest, highestCode({ nBits, symmetric, signed })),
      zero: tf.zerosLike(largest),
      signed,
    };
  }
  const delta = tf.div(tf.sub(high, low), 2 ** nBits - 1);
  return { delta, zero: tf.div(tf.neg(low), delta), signed: true };
}

function refuseBit(): never {
  return fail(
    'CROSSBAR_UNSUPPORTED',
    'A symmetric quantiser of one bit has no code for positive values beside negative ones.',
    {
      path: 'nBits',
      found: '1 bit for values of both signs',
      accepted: '2 bits or more, or symmetric: false',
    },
  );
}

function lowestCode({ nBits, symmetric, signed }: QuantiserGrid): number {
  return symmetric && signed ? -(2 ** (nBits - 1)) : 0;
}

function highestCode({ nBits, symmetric, signed }: QuantiserGrid): number {
  return 2 ** (symmetric && signed ? nBits - 1 : nBits) - 1;
}

/** Everything that a rounding and its gradient are made of. */
function codes(x: tf.Tensor, delta: tf.Tensor, zero: tf.Tensor, grid: QuantiserGrid) {
  const [low, high] = [lowestCode(grid), highestCode(grid)];
  const scale = tf.maximum(delta, EPSILON);
  const point = grid.symmetric ? tf.scalar(0) : tf.clipByValue(tf.round(zero), low, high);
  const code = tf.add(tf.round(tf.div(x, scale)), point);
  return { scale, point, code, clipped: tf.clipByValue(code, low, high), low, high };
}

/**
 * Rounds to the grid and back. Differentiable in `x`, `delta` and `zero`: rounding counts as the identity, clipping stops
 * the gradient of `x` and moves the ends of the range instead.
 */
export function quantiseUniform(x: tf.Tensor, delta: tf.Tensor, zero: tf.Tensor, grid: QuantiserGrid): tf.Tensor {
  const compute = tf.customGrad((...args) => {
    const [value, step, start, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const { scale, point, clipped } = codes(value, step, start, grid);
    save([value, step, start]);
    return {
      value: tf.mul(scale, tf.sub(clipped, point)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        return uniformGradients(dy, saved as [tf.Tensor, tf.Tensor, tf.Tensor], grid);
      },
    };
  });
  return compute(x, delta, zero);
}

/** The gradients of {@link quantiseUniform} for `x`, `delta` and `zero`. */
export function uniformGradients(
  dy: tf.Tensor,
  [x, delta, zero]: [tf.Tensor, tf.Tensor, tf.Tensor],
  grid: QuantiserGrid,
): [dx: tf.Tensor, delta: tf.Tensor, zero: tf.Tensor] {
  const { scale, point, code, clipped, low, high } = codes(x, delta, zero, grid);
  const open = tf.cast(tf.equal(code, clipped), 'float32');
  const ofStep = tf.sub(tf.sub(clipped, point), tf.mul(open, tf.div(x, scale)));
  const dDelta = tf.mul(sumTo(tf.mul(dy, ofStep), delta.shape), tf.cast(tf.greaterEqual(delta, EPSILON), 'float32'));
  if (grid.symmetric) return [tf.mul(dy, open), dDelta, tf.zerosLike(zero)];
  const rounded = tf.round(zero);
  const free = tf.logicalAnd(tf.greaterEqual(rounded, low), tf.lessEqual(rounded, high));
  const ofPoint = tf.mul(scale, tf.sub(open, 1));
  return [tf.mul(dy, open), dDelta, tf.mul(sumTo(tf.mul(dy, ofPoint), zero.shape), tf.cast(free, 'float32'))];
}

/** Sums a gradient to what was broadcast: a scalar, [1], or one value per channel (the last axis). */
export function sumTo(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  if (size === 1) return tf.reshape(tf.sum(x), [...shape]);
  return tf.reshape(tf.sum(tf.reshape(x, [-1, size]), 0), [...shape]);
}
