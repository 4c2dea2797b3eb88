import { createRng, tf } from '../../tensor/index.js';
import { AnalogTile } from '../tile/analog-tile.js';
import { within } from './compare.js';
import { configFor, engines } from './engines.js';
import { type CheckContext, type GoldenCase, inputOf, type Measurement } from './golden-case.js';
import { expectRefusal } from './refusal.js';

/** Repeats of the product; the file's tolerance is set for this number. */
const REPEATS = 20_000;
/** Repeats computed at a time. */
const BATCH = 5_000;

interface OutputStatistics {
  readonly mean: number[];
  readonly std: number[];
}

/** `mvm_noise_stats.json`: mean and deviation of each output of one noisy product, on both tiles. */
export function checkMvmNoiseStats(golden: GoldenCase, context: CheckContext): Measurement[] {
  const weight = inputOf<number[][]>(golden, 'weight', context);
  const x = inputOf<number[]>(golden, 'x', context);
  return engines.flatMap((engine) => {
    const config = configFor(golden, engine);
    const rng = createRng(2, `${golden.name}/${engine}`);
    const make = () => new AnalogTile({ inputs: weight[0]!.length, outputs: weight.length, config, bias: false, rng });
    if (typeof golden.expected[`error_${engine}`] === 'string') {
      return [expectRefusal(engine, false, () => make().dispose())];
    }
    const expected = golden.expected[`y_${engine}`] as OutputStatistics | undefined | null;
    if (expected === undefined || expected === null) return [];
    const tile = make();
    tf.tidy(() => tile.setWeights(tf.transpose(tf.tensor2d(weight)) as tf.Tensor2D));
    const { mean, std } = repeat(tile, x, rng);
    tile.dispose();
    return [
      within(`mean ${engine}`, mean, expected.mean, (i) => 0.06 * expected.std[i]! + 1e-4),
      within(`std ${engine}`, std, expected.std, (i) => 0.06 * expected.std[i]! + 1e-4),
    ];
  });
}

/** Statistics of the outputs over many calls with the same input. */
function repeat(tile: AnalogTile, x: number[], rng: ReturnType<typeof createRng>): OutputStatistics {
  const outputs = tile.options.outputs;
  const sums = new Float64Array(outputs);
  const squares = new Float64Array(outputs);
  for (let batch = 0; batch < REPEATS / BATCH; batch++) {
    tf.tidy(() => {
      const rows = tf.tile(tf.tensor2d([x]), [BATCH, 1]) as tf.Tensor2D;
      const y = tile.forward(rows, { train: false, rng: rng.child(`batch-${batch}`) }).dataSync();
      y.forEach((value, i) => {
        sums[i % outputs]! += value;
        squares[i % outputs]! += value * value;
      });
    });
  }
  const mean = Array.from(sums, (sum) => sum / REPEATS);
  const std = Array.from(squares, (sum, i) => Math.sqrt(Math.max(0, sum / REPEATS - mean[i]! ** 2)));
  return { mean, std };
}
