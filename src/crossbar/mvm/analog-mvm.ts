import { type Rng, tf } from '../../tensor/index.js';
import { dac } from './dac.js';
import { inputScale, type NoiseManagementMemory } from './noise-management.js';
import { type PassResult, runPasses, type TilePhysics } from './passes.js';
import { boundOf, stepOf } from './quantise.js';

/** A tile as the product sees it. */
export interface MvmTile extends TilePhysics {
  readonly memory: NoiseManagementMemory;
}

/**
 * The matrix-vector products of one tile: what AIHWKit's `forward` of a simulator tile gives, without input range,
 * mapping scales and bias.
 *
 * @param x [batch, inputs]
 * @param weights [inputs, outputs], normalised
 * @returns [batch, outputs]
 */
export function analogMvm(x: tf.Tensor2D, weights: tf.Tensor2D, tile: MvmTile, rng: Rng): tf.Tensor2D {
  const { io, engine } = tile;
  if (io.isPerfect) return scaleOutput(tf.matMul(x, weights), engine === 'rpu' ? io.outScale : 1);
  if (io.mvType === 'Ideal') return tf.matMul(x, weights);
  return tf.tidy(() => {
    const alpha = inputScale(x, io, tile.memory);
    const idle = idleRows(alpha, tile);
    const scale = tf.where(tf.lessEqual(alpha, 0), tf.onesLike(alpha), alpha) as tf.Tensor2D;
    const y =
      io.boundManagement === 'None'
        ? product(x, weights, scale, 1, tile, rng).y
        : managed(x, weights, scale, tile, rng);
    return scaleOutput(idle === undefined ? y : (tf.mul(y, tf.sub(1, idle)) as tf.Tensor2D), io.outScale);
  });
}

function scaleOutput(y: tf.Tensor2D, outScale: number): tf.Tensor2D {
  return outScale === 1 ? y : tf.tidy(() => tf.mul(y, outScale));
}

/**
 * 1 for input vectors whose output is exactly zero, without any noise. The C++ tile skips each vector that has nothing
 * to scale, the torch tile only a batch of nothing else.
 */
function idleRows(alpha: tf.Tensor2D, { io, engine }: MvmTile): tf.Tensor2D | undefined {
  if (io.noiseManagement === 'None' || io.noiseManagement === 'Constant') return undefined;
  if (engine === 'torch') return tf.reshape(tf.cast(tf.all(tf.equal(alpha, 0)), 'float32'), [1, 1]);
  return io.inpNoise > 0 ? undefined : (tf.cast(tf.lessEqual(alpha, 0), 'float32') as tf.Tensor2D);
}

/** One product with inputs divided by alpha and then by the reduction; scaled back. `reduction` is a number or [batch, 1]. */
function product(
  x: tf.Tensor2D,
  weights: tf.Tensor2D,
  alpha: tf.Tensor2D,
  reduction: number | tf.Tensor2D,
  tile: MvmTile,
  rng: Rng,
): PassResult {
  const scale = tf.div(tf.div(1, alpha), reduction) as tf.Tensor2D;
  const prepared = dac(tf.mul(x, scale) as tf.Tensor2D, tile.io, rng);
  const { y, overflowed } = runPasses(prepared, weights, tile, rng);
  return { y: tf.div(y, scale) as tf.Tensor2D, overflowed };
}

/**
 * Iterative bound management: vectors with a clipped output are computed again, with fresh noise, at half the input,
 * until nothing is clipped or the input would lose its resolution. The torch tile repeats the whole batch.
 */
function managed(x: tf.Tensor2D, weights: tf.Tensor2D, alpha: tf.Tensor2D, tile: MvmTile, rng: Rng): tf.Tensor2D {
  const { io, engine } = tile;
  const step = stepOf(boundOf(io.inpBound), io.inpRes);
  const limit = Math.min(io.maxBmFactor, step > 0 ? io.maxBmRes / step : Number.POSITIVE_INFINITY);
  const worstCase = io.boundManagement === 'IterativeWorstCase' && engine === 'rpu';
  let scale = alpha;
  let reduction = 1;
  let { y, overflowed } = product(x, weights, scale, reduction, tile, rng.child('bm-0'));
  for (let round = 1; reduction <= limit && anyNonZero(overflowed); round++) {
    if (worstCase && round === 1) scale = positiveScale(inputScale(x, io, tile.memory, 'AbsMaxNPSum'));
    else reduction *= 2;
    const again = product(x, weights, scale, reduction, tile, rng.child(`bm-${round}`));
    const repeat = engine === 'torch' ? tf.onesLike(overflowed) : overflowed;
    y = tf.where(tf.cast(tf.mul(repeat, tf.onesLike(y)), 'bool'), again.y, y) as tf.Tensor2D;
    overflowed = (engine === 'torch' ? again.overflowed : tf.mul(overflowed, again.overflowed)) as tf.Tensor2D;
  }
  return y;
}

function positiveScale(alpha: tf.Tensor2D): tf.Tensor2D {
  return tf.where(tf.lessEqual(alpha, 0), tf.onesLike(alpha), alpha);
}

function anyNonZero(flags: tf.Tensor): boolean {
  return tf.max(flags).dataSync()[0]! > 0;
}
