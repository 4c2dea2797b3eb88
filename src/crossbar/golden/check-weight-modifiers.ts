import { createRng, tf } from '../../tensor/index.js';
import { fromAihwkit } from '../config/aihwkit.js';
import { AnalogTile } from '../tile/analog-tile.js';
import { closeTo, flatten, type Nested, shareError, within } from './compare.js';
import { configFor, type EngineName, engines } from './engines.js';
import { type CheckContext, type GoldenCase, inputOf, type Measurement } from './golden-case.js';
import { expectRefusal } from './refusal.js';
import { transposed } from './tile-state.js';

/** Draws per case. */
const DRAWS = 6000;
/** Draws made at once: as many copies of the weights side by side, in one tile of the same largest weight. */
const COPIES = 100;

interface ModifierStatistics {
  readonly delta_mean?: Nested;
  readonly delta_std?: Nested;
  readonly frac_zero_weight?: Nested;
  /** Draws of the file; with `frac_zero_weight`. */
  readonly n?: number;
  readonly deterministic_weight?: Nested | null;
  readonly eval_mode_max_abs_change?: number;
}

/** Modifiers that AIHWKit has on CUDA only; here they run everywhere. */
const extensions = new Set(['PCMNoise']);

/** `weight_modifiers.json`: the weights of hardware-aware training, on both tiles. */
export function checkWeightModifiers(golden: GoldenCase, context: CheckContext): Measurement[] {
  const weight = inputOf<number[][]>(golden, 'weight', context);
  return engines.flatMap((engine) => checkEngine(golden, engine, weight, context.attempt));
}

function checkEngine(golden: GoldenCase, engine: EngineName, weight: number[][], attempt: number): Measurement[] {
  const rng = createRng(4 + attempt, `${golden.name}/${engine}`);
  const make = (copies: number) => {
    const tile = new AnalogTile({
      inputs: weight[0]!.length,
      outputs: weight.length * copies,
      config: configFor(golden, engine),
      bias: false,
      rng,
    });
    tf.tidy(() => {
      const one = tf.transpose(tf.tensor2d(weight)) as tf.Tensor2D;
      tile.setAnalog(tf.tile(one, [1, copies]));
    });
    return tile;
  };
  if (typeof golden.expected[`error_${engine}`] === 'string') {
    const { type } = fromAihwkit(golden.config, golden.name).modifier;
    return [expectRefusal(engine, extensions.has(type), () => make(1).dispose())];
  }
  const expected = golden.expected[engine] as ModifierStatistics | undefined;
  if (expected === undefined) return [];
  if (expected.deterministic_weight !== undefined && expected.deterministic_weight !== null) {
    const tile = make(1);
    tile.postUpdate(rng);
    const result = transposed(tile.trainingWeights);
    const kept = transposed(tile.weights);
    tile.dispose();
    return [
      closeTo(`weights ${engine}`, result, expected.deterministic_weight, 1e-5),
      closeTo(`eval weights ${engine}`, kept, weight, 1e-6),
    ];
  }
  const tile = make(COPIES);
  const measured = statistics(tile, weight, rng);
  const kept = transposed(tile.weights).slice(0, flatten(weight).length);
  tile.dispose();
  const deltaStd = flatten(expected.delta_std!);
  return [
    within(`mean ${engine}`, measured.mean, flatten(expected.delta_mean!), (i) => 0.1 * deltaStd[i]! + 1e-4),
    within(`std ${engine}`, measured.std, deltaStd, (i) => 0.12 * deltaStd[i]! + 0.002),
    ...checkZeros(engine, measured.zero, expected),
    closeTo(`eval weights ${engine}`, kept, weight, 1e-6),
  ];
}

/** Only what is drawn on the C++ tile has shares of zeros in the file. */
function checkZeros(
  engine: EngineName,
  zero: readonly number[],
  { frac_zero_weight: expected, n }: ModifierStatistics,
): Measurement[] {
  if (expected === undefined) return [];
  const shares = flatten(expected);
  return [within(`zeros ${engine}`, zero, shares, (i) => shareError(zero[i]!, DRAWS, shares[i]!, n!))];
}

/** Per weight [out, in]: mean and deviation of modified minus original, and the share of zeros. */
function statistics(tile: AnalogTile, weight: number[][], rng: ReturnType<typeof createRng>) {
  const original = flatten(weight);
  const sums = new Float64Array(original.length);
  const squares = new Float64Array(original.length);
  const zeros = new Float64Array(original.length);
  for (let draw = 0; draw < DRAWS / COPIES; draw++) {
    tile.postUpdate(rng.child(`draw-${draw}`));
    transposed(tile.trainingWeights).forEach((value, k) => {
      const i = k % original.length;
      const delta = value - Math.fround(original[i]!);
      sums[i]! += delta;
      squares[i]! += delta * delta;
      if (value === 0) zeros[i]!++;
    });
  }
  const mean = Array.from(sums, (sum) => sum / DRAWS);
  const std = Array.from(squares, (sum, i) => Math.sqrt(Math.max(0, sum / DRAWS - mean[i]! ** 2)));
  return { mean, std, zero: Array.from(zeros, (count) => count / DRAWS) };
}
