import { type Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { type MvmTile, tracedMvm } from '../mvm/analog-mvm.js';
import { dacStep } from '../mvm/dac.js';
import { boundOf, clip, quantise } from '../mvm/quantise.js';
import { torchProductGradients } from '../tile/torch-gradients.js';
import { col2im } from './col2im.js';
import { hasFixedScale } from './fixed-scale-forward.js';
import type { LayerWeights } from './forward-call.js';
import { layerVectors } from './im2col.js';
import { toTileUnits } from './input-range.js';
import {
  allInside,
  inputGradient,
  kernelGradient,
  masked,
  partInputGradient,
  partKernelGradient,
} from './layer-gradient.js';
import type { LayerGrid } from './layer-grid.js';
import { type LayerShape, matrixCols } from './layer-shape.js';
import { matrixOrder, toMatrixOrder } from './row-order.js';

/** A training step of a layer on torch tiles, as far as its gradients need it. */
export interface TorchStep {
  readonly shape: LayerShape;
  readonly grid: LayerGrid;
  readonly config: CrossbarConfig;
  readonly tiles: readonly MvmTile[];
  /** Stream that the forward pass drew from. */
  readonly rng: Rng;
  readonly x: tf.Tensor;
  /** Modified weights and mapping scales, as the forward pass used them. */
  readonly weights: LayerWeights;
  /** The same in logical units, [rows, cols], kernel order. */
  readonly matrix: tf.Tensor2D;
  /** Input range of each row part. */
  readonly ranges: readonly (number | undefined)[];
  /** Per row part, true where nothing was clipped in the ADC; undefined: nowhere anything was. */
  readonly inside: readonly tf.Tensor[] | undefined;
}

/** `dClipped` is the gradient of the input behind its clipping to the range. */
export interface LayerGradients {
  readonly dx: tf.Tensor;
  readonly dClipped: tf.Tensor;
  readonly dKernel: tf.Tensor;
}

/**
 * Gradients of a layer on torch tiles, in logical units (analog-inference reference, 5.3): autograd through every step,
 * rounding taken as the identity, nothing where a converter clipped.
 *
 * @param dParts gradient of what each row part adds to the sum, of the shape of the output
 */
export function torchLayerGradients(dParts: readonly tf.Tensor[], step: TorchStep): LayerGradients {
  const { config, inside } = step;
  if (!hasFixedScale(config.forward)) return patchGradients(dParts, step);
  const masks = inside === undefined || allInside(inside) ? undefined : inside;
  const open = masks === undefined ? dParts : dParts.map((dy, part) => masked(dy, masks[part]!));
  const gradients = fixedScaleGradients(open, step);
  return config.forward.isPerfect ? gradients : timesFactor(gradients, config.forward.outScale);
}

/** Where all inputs are treated alike, each row part is a convolution (or product) of the converted input. */
function fixedScaleGradients(dParts: readonly tf.Tensor[], step: TorchStep): LayerGradients {
  const { x, matrix, shape, grid, config, ranges } = step;
  const alike = ranges.every((range) => range === ranges[0]) && dParts.every((dy) => dy === dParts[0]);
  if (alike) {
    const { logical, behindDac, behindRange } = convertedInput(x, ranges[0], config);
    const dClipped = behindDac(inputGradient(dParts[0]!, matrix, shape, x.shape));
    return { dx: behindRange(dClipped), dClipped, dKernel: kernelGradient(logical, dParts[0]!, shape) };
  }
  return sumOf(
    dParts.map((dy, part) => {
      const { logical, behindDac, behindRange } = convertedInput(x, ranges[part], config);
      const dClipped = behindDac(partInputGradient(dy, matrix, shape, grid, x.shape, part));
      return { dx: behindRange(dClipped), dClipped, dKernel: partKernelGradient(logical, dy, shape, grid, part) };
    }),
  );
}

/** The input as the DACs make it, in logical units, and what their clipping and that of the range leave of a gradient. */
function convertedInput(x: tf.Tensor, range: number | undefined, { forward: io }: CrossbarConfig) {
  const bound = io.isPerfect ? Number.POSITIVE_INFINITY : boundOf(io.inpBound);
  const rounded = quantise(toTileUnits(x, range), io.isPerfect ? 0 : dacStep(io, 'torch'));
  const converted = clip(rounded, bound);
  return {
    logical: range === undefined ? converted : tf.mul(converted, range),
    behindDac: (dx: tf.Tensor) => (Number.isFinite(bound) ? withinBound(dx, rounded, bound) : dx),
    behindRange: (dx: tf.Tensor) => (range === undefined ? dx : withinBound(dx, x, range)),
  };
}

function withinBound(dx: tf.Tensor, value: tf.Tensor, bound: number): tf.Tensor {
  return tf.mul(dx, tf.cast(tf.lessEqual(tf.abs(value), bound), 'float32'));
}

/**
 * Where patches have scales, noise or repetitions of their own, the tiles' products are made once more, with the same
 * draws, and autograd goes through each of them.
 */
function patchGradients(dParts: readonly tf.Tensor[], step: TorchStep): LayerGradients {
  const { x, shape, grid, ranges, weights } = step;
  const vectors = layerVectors(x, shape);
  const scales = tf.unstack(weights.scales);
  const colParts = grid.grid.colCuts.length - 1;
  const parts = dParts.map((dPart, part) => {
    const dRaw = tf.mul(
      tf.reshape(dPart, [vectors.shape[0], matrixCols(shape)]),
      tf.mul(scales[part]!, ranges[part] ?? 1),
    );
    const tiles = Array.from({ length: colParts }, (_, i) =>
      tileGradients(dRaw as tf.Tensor2D, vectors, part * colParts + i, step),
    );
    return {
      dVectors: tf.addN(tiles.map(({ dInput }) => dInput)) as tf.Tensor2D,
      dWeights: tf.concat(
        tiles.map(({ dWeights }) => dWeights),
        1,
      ) as tf.Tensor2D,
    };
  });
  // Analog weights are logical ones divided by their scale; columns that are not connected have none.
  const dMatrix = tf.concat(
    parts.map(({ dWeights }, part) => tf.divNoNan(dWeights, scales[part]!)),
    0,
  ) as tf.Tensor2D;
  const inputs = parts.map(({ dVectors }, part) => {
    const dClipped = tf.div(inImage(dVectors, part, step), ranges[part] ?? 1);
    return { dx: ranges[part] === undefined ? dClipped : withinBound(dClipped, x, ranges[part]!), dClipped };
  });
  const sum = (pick: (one: (typeof inputs)[number]) => tf.Tensor) => tf.addN(inputs.map(pick));
  return {
    dx: sum(({ dx }) => dx),
    dClipped: sum(({ dClipped }) => dClipped),
    dKernel: matrixOrder.toKernel(dMatrix, shape),
  };
}

/** Gradients of the inputs [vectors, own rows] and analog weights [own rows, own columns] of one tile. */
function tileGradients(dRaw: tf.Tensor2D, vectors: tf.Tensor2D, index: number, step: TorchStep) {
  const { shape, grid, config, tiles, rng, weights, ranges } = step;
  const { rowPart, rowStart, rowEnd, colStart, colEnd } = grid.places[index]!;
  const rows = tf.slice(vectors, [0, rowStart], [vectors.shape[0], rowEnd - rowStart]);
  const input = toTileUnits(rows, ranges[rowPart]) as tf.Tensor2D;
  const matrix = toMatrixOrder(weights.analog, shape);
  const own = tf.slice(matrix, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
  const { y, trace } = tracedMvm(input, own, tiles[index]!, rng.child(`tile-${index}`));
  const dOwn = tf.slice(dRaw, [0, colStart], [dRaw.shape[0], colEnd - colStart]);
  return torchProductGradients(dOwn, { input, raw: y, weights: own, trace }, config.forward);
}

/** Gradients of one row part's vectors as a gradient of the layer's input. */
function inImage(dVectors: tf.Tensor2D, part: number, { x, shape, grid: { grid } }: TorchStep): tf.Tensor {
  const [start, end] = [grid.rowCuts[part]!, grid.rowCuts[part + 1]!];
  const whole = tf.pad(dVectors, [
    [0, 0],
    [start, grid.rowCuts.at(-1)! - end],
  ]);
  return shape.kind === 'conv2d' ? col2im(whole, shape, x.shape) : tf.reshape(whole, x.shape);
}

function timesFactor({ dx, dClipped, dKernel }: LayerGradients, factor: number): LayerGradients {
  if (factor === 1) return { dx, dClipped, dKernel };
  return { dx: tf.mul(dx, factor), dClipped: tf.mul(dClipped, factor), dKernel: tf.mul(dKernel, factor) };
}

function sumOf(parts: readonly LayerGradients[]): LayerGradients {
  return parts.reduce((a, b) => ({
    dx: tf.add(a.dx, b.dx),
    dClipped: tf.add(a.dClipped, b.dClipped),
    dKernel: tf.add(a.dKernel, b.dKernel),
  }));
}
