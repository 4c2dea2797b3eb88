import { tf } from '../../tensor/index.js';
import type { Quantiser, StepGradients } from '../quantiser/quantiser.js';
import type { HwaLayer } from './hwa-layer.js';
import { partRanges, rangeInForce } from './input-range.js';
import type { LayerPeriphery } from './layer-periphery.js';
import { kernelRows } from './layer-shape.js';
import { noisyWeights } from './noisy-weights.js';
import { partValues } from './part-values.js';
import { learnedRange, learnedRangeGradient } from './range-gradient.js';
import { torchLayerGradients } from './torch-layer-gradients.js';

/**
 * The noisy product of a training step on tiles with a quantised periphery, up to the sum of the tiles. As on the torch
 * tile, rounding counts as the identity, and what was clipped in a converter or a quantiser has no gradient. Quantisers
 * that learn get the gradients of their steps.
 */
export function quantisedProduct(
  x: tf.Tensor,
  kernel: tf.Tensor,
  layer: HwaLayer,
  periphery: LayerPeriphery,
): tf.Tensor {
  const { shape, grid, config, tiles, rng } = layer;
  const learners = learningQuantisers(periphery);
  const learned = learnedRange(layer);
  const compute = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [input, logical] = args as [tf.Tensor, tf.Tensor];
    const range = rangeInForce(config, layer.inputRange);
    const noisy = noisyWeights(kernelRows(logical), layer, rng);
    const scales = periphery.scales(noisy.scales, range, true);
    const call = { shape, grid, config, weights: { ...noisy, scales }, range, bias: null, masks: true, rng };
    const { values, inside } = partValues(input, call, tiles);
    const sum = periphery.outputs(values, true).reduce((a, b) => tf.add(a, b));
    save([input, noisy.logical, noisy.analog, noisy.scales, scales, ...values, ...(inside ?? [])]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedX, matrix, analog, plain, applied, ...rest] = saved;
      const savedValues = rest.slice(0, values.length);
      const savedInside = inside === undefined ? undefined : rest.slice(values.length);
      const steps = new Map<Quantiser, StepGradients>();
      const dValues = savedValues.map((value, part) => behindOutputs(value, dy, part, periphery, steps));
      const ranges = partRanges(range, grid.rowParts);
      scaleSteps(savedValues, dValues, plain as tf.Tensor2D, applied as tf.Tensor2D, ranges, periphery, steps);
      const factors = tf.unstack(tf.divNoNan(applied!, plain!));
      const dParts = dValues.map((dValue, part) => tf.mul(dValue, factors[part]!));
      const step = {
        ...{ ...layer, x: savedX!, matrix: matrix as tf.Tensor2D, ranges, inside: savedInside },
        weights: { analog: analog as tf.Tensor2D, scales: plain as tf.Tensor2D },
      };
      const { dx, dClipped, dKernel } = torchLayerGradients(dParts, step);
      const dRange = learned.map(() => learnedRangeGradient(savedX!, dClipped, range as number, savedInside, layer));
      const dSteps = learners.flatMap((quantiser) => stepsOf(quantiser, steps));
      return [dx, tf.reshape(dKernel, kernel.shape), ...dRange, ...dSteps];
    };
    return { value: sum.clone(), gradFunc };
  });
  return compute(x, kernel, ...learned, ...learners.flatMap((quantiser) => variablesOf(quantiser)));
}

/** Quantisers in front of the sum that the optimiser moves. */
function learningQuantisers(periphery: LayerPeriphery): Quantiser[] {
  const ofTiles = periphery.tiles.flatMap(({ scale, output }) => [
    scale?.quantiser,
    periphery.quantisesTiles ? output : undefined,
  ]);
  return ofTiles.filter((one): one is Quantiser => one !== undefined && one.state === 'learn' && one.isInitialised);
}

function variablesOf({ delta, zero }: Quantiser): tf.Tensor[] {
  return [delta, zero].filter((variable) => variable !== undefined);
}

function stepsOf(quantiser: Quantiser, steps: ReadonlyMap<Quantiser, StepGradients>): tf.Tensor[] {
  const { delta, zero } = steps.get(quantiser)!;
  return quantiser.zero === undefined ? [delta] : [delta, zero];
}

/** The gradient of a row part's value in front of the output quantisers of its tiles. */
function behindOutputs(
  value: tf.Tensor,
  dy: tf.Tensor,
  part: number,
  periphery: LayerPeriphery,
  steps: Map<Quantiser, StepGradients>,
): tf.Tensor {
  if (!periphery.quantisesTiles) return dy;
  const joined = tf.stack([value, dy], -2);
  return periphery.eachColumnPart(joined, part, (own, i) => {
    const [tileValue, tileGradient] = tf.unstack(own, own.rank - 2);
    const quantiser = periphery.tiles[i]!.output!;
    const { dx, step } = quantiser.gradients(tileValue!, tileGradient!);
    steps.set(quantiser, step);
    return dx;
  });
}

/** Gradients of the steps of the scale quantisers: each scale multiplies the raw values of its column. */
function scaleSteps(
  values: readonly tf.Tensor[],
  dValues: readonly tf.Tensor[],
  plain: tf.Tensor2D,
  applied: tf.Tensor2D,
  ranges: readonly (number | undefined)[],
  periphery: LayerPeriphery,
  steps: Map<Quantiser, StepGradients>,
): void {
  values.forEach((value, part) => {
    const cols = applied.shape[1];
    const row = (t: tf.Tensor2D) => tf.mul(tf.slice(t, [part, 0], [1, cols]), ranges[part] ?? 1);
    const perColumn = tf.sum(tf.reshape(tf.mul(value, dValues[part]!), [-1, cols]), 0, true);
    const dFactor = tf.divNoNan(perColumn, row(applied));
    periphery.eachColumnPart(tf.concat([row(plain), dFactor], 0), part, (own, i) => {
      const quantiser = periphery.tiles[i]!.scale?.quantiser;
      if (quantiser?.state !== 'learn') return own;
      const [merged, gradient] = tf.split(own, 2, 0);
      steps.set(quantiser, quantiser.gradients(merged!, gradient!).step);
      return own;
    });
  });
}
