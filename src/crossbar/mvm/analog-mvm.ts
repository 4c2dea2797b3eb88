import { type Rng, tf } from '../../tensor/index.js';
import { dac } from './dac.js';
import { inputScale, type NoiseManagementMemory } from './noise-management.js';
import { runPasses, type TilePhysics } from './passes.js';
import { boundOf, stepOf } from './quantise.js';
import { timesWeights } from './vectors.js';

/** A tile as the product sees it. */
export interface MvmTile extends TilePhysics {
  readonly memory: NoiseManagementMemory;
}

/** What happened inside a product, for the backward pass. */
export interface MvmTrace {
  /** DAC outputs, [batch, inputs]. */
  readonly prepared: tf.Tensor2D;
  /** Factor on each input vector, [batch, 1]: 1 / alpha / reduction. */
  readonly scale: tf.Tensor2D;
  /** ADC values before clipping and scaling back, [batch, outputs]. */
  readonly rounded: tf.Tensor2D;
  /** The weights as they were read, where reading them is noisy. */
  readonly weights?: tf.Tensor2D | undefined;
}

interface Product extends MvmTrace {
  /** Clipped ADC values, scaled back. */
  readonly y: tf.Tensor2D;
  /** 1 for input vectors with an output beyond the bound, [batch, 1]. */
  readonly overflowed: tf.Tensor2D;
}

/**
 * The matrix-vector products of one tile: what AIHWKit's `forward` of a simulator tile gives, without input range,
 * mapping scales and bias.
 *
 * @param x [batch, inputs]
 * @param weights [inputs, outputs], normalised; on the torch tile also [batch, inputs, outputs], one set for each vector
 * @returns [batch, outputs]
 */
export function analogMvm(x: tf.Tensor2D, weights: tf.Tensor2D, tile: MvmTile, rng: Rng): tf.Tensor2D {
  return tf.tidy(() => tracedMvm(x, weights, tile, rng).y.clone());
}

/** {@link analogMvm} with what its backward pass needs; `trace` is undefined for an exact product. Call within a tidy. */
export function tracedMvm(
  x: tf.Tensor2D,
  weights: tf.Tensor2D,
  tile: MvmTile,
  rng: Rng,
): { y: tf.Tensor2D; trace: MvmTrace | undefined } {
  const { io, engine } = tile;
  if (io.isPerfect || io.mvType === 'Ideal') {
    const factor = io.isPerfect && engine === 'rpu' ? io.outScale : 1;
    return { y: scaleOutput(timesWeights(x, weights), factor), trace: undefined };
  }
  const alpha = inputScale(x, io, tile.memory);
  const idle = idleRows(alpha, tile);
  const scale = onesForNonPositive(alpha);
  const result =
    io.boundManagement === 'None' ? product(x, weights, scale, 1, tile, rng) : managed(x, weights, scale, tile, rng);
  const y = idle === undefined ? result.y : (tf.mul(result.y, tf.sub(1, idle)) as tf.Tensor2D);
  return { y: scaleOutput(y, io.outScale), trace: result };
}

function scaleOutput(y: tf.Tensor2D, outScale: number): tf.Tensor2D {
  return outScale === 1 ? y : tf.mul(y, outScale);
}

/**
 * 1 for input vectors whose output is exactly zero, without any noise. The C++ tile skips each vector that has nothing
 * to scale, the torch tile only a batch of nothing else.
 */
function idleRows(alpha: tf.Tensor2D, { io, engine }: MvmTile): tf.Tensor2D | undefined {
  if (io.noiseManagement === 'None' || io.noiseManagement === 'Constant' || io.inpNoise > 0) return undefined;
  if (engine === 'torch') return tf.reshape(tf.cast(tf.all(tf.equal(alpha, 0)), 'float32'), [1, 1]);
  return tf.cast(tf.lessEqual(alpha, 0), 'float32') as tf.Tensor2D;
}

/** One product with inputs divided by alpha and then by the reduction. */
function product(
  x: tf.Tensor2D,
  weights: tf.Tensor2D,
  alpha: tf.Tensor2D,
  reduction: number,
  tile: MvmTile,
  rng: Rng,
): Product {
  const scale = tf.div(tf.div(1, alpha), reduction) as tf.Tensor2D;
  const prepared = dac(tf.mul(x, scale) as tf.Tensor2D, tile.io, tile.engine, rng);
  const { y, overflowed, rounded, weights: read } = runPasses(prepared, weights, tile, rng);
  return { y: tf.div(y, scale) as tf.Tensor2D, overflowed, rounded, prepared, scale, weights: read };
}

/**
 * Iterative bound management: vectors with a clipped output are computed again, with fresh noise, at half the input,
 * until nothing is clipped or the input would lose its resolution. The torch tile repeats the whole batch.
 *
 * IterativeWorstCase replaces alpha once, in the second round, and starts the reductions over; without noise management
 * alpha stays unused, so that the second round is the first again with fresh noise.
 */
function managed(x: tf.Tensor2D, weights: tf.Tensor2D, alpha: tf.Tensor2D, tile: MvmTile, rng: Rng): Product {
  const { io, engine } = tile;
  const step = stepOf(boundOf(io.inpBound), io.inpRes);
  const limit = Math.min(io.maxBmFactor, step > 0 ? io.maxBmRes / step : Number.POSITIVE_INFINITY);
  const worstCase =
    io.boundManagement === 'IterativeWorstCase' && engine === 'rpu' && io.noiseManagement !== 'AbsMaxNPSum';
  let scale = alpha;
  let reduction = 1;
  let result = product(x, weights, scale, reduction, tile, rng.child('bm-0'));
  for (let round = 1; reduction <= limit && anyNonZero(result.overflowed); round++) {
    if (!(worstCase && round === 1)) reduction *= 2;
    else if (io.noiseManagement !== 'None') scale = onesForNonPositive(inputScale(x, io, tile.memory, 'AbsMaxNPSum'));
    const again = product(x, weights, scale, reduction, tile, rng.child(`bm-${round}`));
    result = engine === 'torch' ? again : replaceRows(result, again);
  }
  return result;
}

/** The second result for the vectors that overflowed in the first. */
function replaceRows(first: Product, again: Product): Product {
  const repeat = tf.cast(first.overflowed, 'bool');
  const choose = (a: tf.Tensor2D, b: tf.Tensor2D) => tf.where(tf.broadcastTo(repeat, a.shape), a, b) as tf.Tensor2D;
  return {
    y: choose(again.y, first.y),
    overflowed: tf.mul(first.overflowed, again.overflowed),
    rounded: choose(again.rounded, first.rounded),
    prepared: choose(again.prepared, first.prepared),
    scale: choose(again.scale, first.scale),
  };
}

function onesForNonPositive(alpha: tf.Tensor2D): tf.Tensor2D {
  return tf.where(tf.lessEqual(alpha, 0), tf.onesLike(alpha), alpha);
}

function anyNonZero(flags: tf.Tensor): boolean {
  return tf.tidy(() => tf.max(flags).dataSync()[0]! > 0);
}
