import { createRng, tf } from '../../tensor/index.js';
import { AnalogTile } from '../tile/analog-tile.js';
import { within } from './compare.js';
import { configFor, engines } from './engines.js';
import { type CheckContext, type GoldenCase, inputOf, type Measurement } from './golden-case.js';
import { expectRefusal } from './refusal.js';
import { SampleMoments } from './sample-moments.js';

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
    const rng = createRng(2 + context.attempt, `${golden.name}/${engine}`);
    const make = () =>
      new AnalogTile({
        inputs: weight[0]!.length,
        outputs: weight.length,
        config: configFor(golden, engine),
        bias: false,
        rng,
      });
    if (typeof golden.expected[`error_${engine}`] === 'string') {
      return [expectRefusal(engine, false, () => make().dispose())];
    }
    const expected = golden.expected[`y_${engine}`] as OutputStatistics | undefined | null;
    if (expected === undefined || expected === null) return [];
    const tile = make();
    tf.tidy(() => tile.setWeights(tf.transpose(tf.tensor2d(weight)) as tf.Tensor2D));
    const moments = repeat(tile, x, expected.mean, rng);
    tile.dispose();
    const mean = moments.map((m) => m.mean);
    const std = moments.map((m) => m.std);
    return [
      within(`mean ${engine}`, mean, expected.mean, (i) => 0.06 * expected.std[i]! + 1e-4),
      within(`std ${engine}`, std, expected.std, (i) => 0.06 * expected.std[i]! + 1e-4),
    ];
  });
}

/** Statistics of the outputs over many calls with the same input. */
function repeat(
  tile: AnalogTile,
  x: number[],
  centres: readonly number[],
  rng: ReturnType<typeof createRng>,
): SampleMoments[] {
  const outputs = tile.options.outputs;
  const moments = centres.map((centre) => new SampleMoments(centre));
  for (let batch = 0; batch < REPEATS / BATCH; batch++) {
    tf.tidy(() => {
      const rows = tf.tile(tf.tensor2d([x]), [BATCH, 1]) as tf.Tensor2D;
      const y = tile.forward(rows, { train: false, rng: rng.child(`batch-${batch}`) }).dataSync();
      y.forEach((value, i) => {
        moments[i % outputs]!.add(value);
      });
    });
  }
  return moments;
}
