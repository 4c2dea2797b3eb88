import type { ConverterConfig } from '../../devices/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { AnalogTile } from '../tile/analog-tile.js';
import { differentialEvolution, type EvolutionOptions } from './differential-evolution.js';
import { dimensionsOf, type ProgrammingSpace, strategyAt } from './programming-space.js';

/** What {@link optimiseProgramming} may be told; names and defaults are AIHWKit's. */
export interface ProgrammingOptions extends EvolutionOptions {
  /** Grid points from zero to the largest weight; 6 if absent. */
  readonly nbins?: number;
  readonly fMin?: number;
  readonly fMax?: number;
  readonly symmetric?: boolean;
  readonly useMaxKw?: boolean;
  /** Share by which the baseline's loss is to be beaten; 0.125 if absent. */
  readonly lossMargin?: number;
  /** Programmings that the baseline's loss is averaged over; 100 if absent. */
  readonly baselineIterations?: number;
  /** Outputs of the test tile; 20 if absent. Its inputs are `mapping.maxInputSize`. */
  readonly testOutFeatures?: number;
}

/** A way to write weights to devices, and what it is worth. */
export interface OptimisedProgramming {
  /** To be used as `noiseModel.gConverter`. */
  readonly converter: ConverterConfig;
  /** Mean squared error over the times, of weights relative to the largest, times 100. */
  readonly loss: number;
  readonly baselineLoss: number;
  /** The baseline was beaten by the margin. */
  readonly success: boolean;
  readonly generations: number;
}

/**
 * Searches the conductances that weights are best written to: AIHWKit's `WeightProgrammingOptimizer`. The loss of a
 * strategy is the error of the weights at some times after programming, with drift compensation, fresh noise each time.
 * AIHWKit's final polishing by gradients is left out: the loss is random.
 *
 * @param weights a sample of the weights to be written
 * @param fLst significance of each pair; null where it is to be found
 * @param times seconds after programming
 * @param baseline what is to be beaten; its range of conductances is kept
 * @example
 * const { converter } = optimiseProgramming(weights, [1, 1], config, [1, 86_400], config.noiseModel.gConverter, rng);
 * const better = resolveCrossbar({ ...config, noiseModel: { ...config.noiseModel, gConverter: converter } });
 */
export function optimiseProgramming(
  weights: ArrayLike<number>,
  fLst: readonly (number | null)[],
  config: CrossbarConfig,
  times: readonly number[],
  baseline: ConverterConfig,
  rng: Rng,
  options: ProgrammingOptions = {},
): OptimisedProgramming {
  const { nbins = 6, fMin = 0.1, fMax = 5, symmetric = true, useMaxKw = false } = options;
  const { lossMargin = 0.125, baselineIterations = 100, testOutFeatures = 20 } = options;
  const inputs = config.mapping.maxInputSize > 0 ? config.mapping.maxInputSize : 512;
  const sample = shuffled(resampled(weights, inputs * testOutFeatures), rng.child('shuffle'));
  const trial = new ProgrammingTrial(sample, inputs, testOutFeatures, config, times);
  const gMin = 'gMin' in baseline ? baseline.gMin : 0;
  const space: ProgrammingSpace = { fLst, gMin, gMax: baseline.gMax, fMin, fMax, nbins, symmetric, useMaxKw };
  const converterAt = (x: Float64Array): ConverterConfig => {
    const strategy = strategyAt(x, space);
    const tables = { fLst: [...strategy.fLst], gLst: strategy.gLst.map((table) => [...table]) };
    return { class: 'CustomPairConductanceConverter', ...tables, gMin, gMax: baseline.gMax };
  };
  const baselineLoss = trial.meanLoss(baseline, baselineIterations, rng.child('baseline'));
  const relative = (loss: number) => (loss - baselineLoss) / baselineLoss + lossMargin;
  const search = rng.child('loss');
  const best = differentialEvolution(
    (x, evaluation) => relative(trial.loss(converterAt(x), search.child(String(evaluation)))),
    dimensionsOf(space),
    rng.child('evolution'),
    options,
  );
  const converter = converterAt(best.x);
  const loss = trial.meanLoss(converter, baselineIterations, rng.child('result'));
  return { converter, loss, baselineLoss, success: relative(loss) < 0, generations: best.generations };
}

/** Writes one sample of weights in some way and measures how far it is off. */
class ProgrammingTrial {
  readonly #largest: number;

  constructor(
    readonly sample: Float32Array,
    readonly inputs: number,
    readonly outputs: number,
    readonly config: CrossbarConfig,
    readonly times: readonly number[],
  ) {
    this.#largest = sample.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-7);
  }

  meanLoss(converter: ConverterConfig, iterations: number, rng: Rng): number {
    let sum = 0;
    for (let i = 0; i < iterations; i++) sum += this.loss(converter, rng.child(String(i)));
    return sum / iterations;
  }

  /** Time-averaged normalised squared error; infinite where it is not a number. */
  loss(converter: ConverterConfig, rng: Rng): number {
    const { config, inputs, outputs, sample, times } = this;
    const mapping = {
      ...config.mapping,
      weightScalingOmega: 0,
      weightScalingColumnwise: false,
      learnOutScaling: false,
    };
    const noiseModel = { ...config.noiseModel, gConverter: converter } as CrossbarConfig['noiseModel'];
    const tile = new AnalogTile({ inputs, outputs, config: { ...config, mapping, noiseModel }, bias: false, rng });
    const mean = tf.tidy(() => {
      const target = tf.tensor2d(sample, [inputs, outputs]);
      tile.setAnalog(target);
      const errors = times.map((seconds) => {
        tile.program(rng.child(`program-${seconds}`));
        tile.drift(seconds, rng.child(`drift-${seconds}`));
        const effective = tile.driftFactor === undefined ? tile.weights : tf.mul(tile.weights, tile.driftFactor);
        return tf.mean(tf.square(tf.mul(tf.sub(effective, target), 10 / this.#largest)));
      });
      return tf.mean(tf.stack(errors)).dataSync()[0]!;
    });
    tile.dispose();
    return Number.isNaN(mean) ? Number.POSITIVE_INFINITY : mean;
  }
}

/** `count` values with the distribution of the given ones: their sorted order, interpolated. */
function resampled(values: ArrayLike<number>, count: number): Float32Array {
  const sorted = Float32Array.from(values).sort();
  return Float32Array.from({ length: count }, (_, i) => {
    const position = count === 1 ? 0 : (i * (sorted.length - 1)) / (count - 1);
    const [below, share] = [Math.floor(position), position % 1];
    return sorted[below]! + share * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
  });
}

function shuffled(values: Float32Array, rng: Rng): Float32Array {
  return Float32Array.from(rng.shuffle([...values]));
}
