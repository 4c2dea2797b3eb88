import { type Rng, randomNormal, tf } from '../../tensor/index.js';
import type { Engine } from '../config/crossbar-config.js';
import type { IoParameters } from '../config/io-parameters.js';
import { boundOf } from './quantise.js';

/** Device-to-device values of a tile's periphery: drawn once, when the tile is made. Undefined: the ideal value. */
export interface TileDraws {
  /** Standard deviation of the output noise, [outputs]. */
  readonly outNoise?: tf.Tensor1D;
  /** Voltage offset, [outputs]. */
  readonly vOffset?: tf.Tensor1D;
  /** Strength of the S-shape per output, [outputs]. */
  readonly nonlinearity?: tf.Tensor1D;
  /** Factor on the weights as seen by negative inputs, [inputs, outputs]. */
  readonly negativeRead?: tf.Tensor2D;
}

/**
 * Draws a tile's fixed values; only those that its I/O needs. The torch tile spreads the output noise by itself whatever
 * `outNoiseStd` says (a defect that AIHWKit 1.1 has).
 */
export function drawTile(io: IoParameters, engine: Engine, inputs: number, outputs: number, rng: Rng): TileDraws {
  const noiseSpread = engine === 'torch' ? 1 : io.outNoiseStd;
  return {
    ...(io.outNoiseStd > 0 &&
      io.outNoise > 0 && { outNoise: spread(outputs, io.outNoise, noiseSpread, rng.child('out-noise')) }),
    ...(io.vOffsetStd > 0 && { vOffset: offsets(outputs, io.vOffsetStd, rng.child('v-offset')) }),
    ...(io.outNonlinearity > 0 && { nonlinearity: nonlinearities(io, outputs, rng.child('nonlinearity')) }),
    ...(io.wReadAsymmetryDtod > 0 && {
      negativeRead: randomNormal(
        [inputs, outputs],
        rng.child('read-asymmetry'),
        1,
        io.wReadAsymmetryDtod,
      ) as tf.Tensor2D,
    }),
  };
}

/** Frees a tile's fixed values. */
export function disposeDraws(draws: TileDraws): void {
  tf.dispose(Object.values(draws) as tf.Tensor[]);
}

/** `|mean (1 + std N)|` */
function spread(count: number, mean: number, std: number, rng: Rng): tf.Tensor1D {
  return tf.tidy(() => tf.abs(randomNormal([count], rng, mean, mean * std)) as tf.Tensor1D);
}

function offsets(count: number, std: number, rng: Rng): tf.Tensor1D {
  return tf.tidy(() => tf.relu(randomNormal([count], rng, 0, std)) as tf.Tensor1D);
}

function nonlinearities(io: IoParameters, outputs: number, rng: Rng): tf.Tensor1D {
  const bound = boundOf(io.outBound);
  const mean = io.outNonlinearity / (Number.isFinite(bound) ? bound : 1);
  return spread(outputs, mean, io.outNonlinearityStd, rng);
}
