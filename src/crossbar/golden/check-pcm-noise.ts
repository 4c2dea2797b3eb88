import { parseWith } from '../../config/index.js';
import { converterSchema, createConverter, createNoiseModel, type NoiseModel } from '../../devices/index.js';
import { createRng, type Rng, tf } from '../../tensor/index.js';
import { fromAihwkit } from '../config/aihwkit.js';
import { closeTo, type Nested, shareError, within } from './compare.js';
import type { CheckContext, GoldenCase, Measurement } from './golden-case.js';
import { expectRefusal } from './refusal.js';
import { SampleMoments } from './sample-moments.js';

/** Devices simulated at a time. */
const BATCH = 400_000;
/** Sampling goes on until each deviation is known to this share of itself (the file allows 3 %), at most LARGEST samples. */
const WANTED_ERROR = 0.006;
const LARGEST = 200_000;

interface Statistics {
  readonly mean: number[];
  readonly std: number[];
  readonly frac_zero: number[];
}

/** A quantity of a case, per target conductance: after programming, the exponents, and after each time. */
interface Quantity extends Statistics {
  readonly what: string;
}

/** `pcm_noise.json`: statistics of the noise models, and the conductance converters. */
export function checkPcmNoise(golden: GoldenCase, { attempt }: CheckContext): Measurement[] {
  const refused = Object.keys(golden.expected).some((key) => key.startsWith('error'));
  if (refused)
    return [expectRefusal(golden.name, false, () => createNoiseModel(fromAihwkit(golden.config).noiseModel))];
  return golden.inputs.g_target_uS === undefined ? checkConverter(golden) : checkNoiseModel(golden, attempt);
}

function checkNoiseModel(golden: GoldenCase, attempt: number): Measurement[] {
  const model = createNoiseModel(fromAihwkit(golden.config, golden.name).noiseModel);
  const targets = golden.inputs.g_target_uS as number[];
  const expected = golden.expected as {
    programmed: Statistics;
    nu: Statistics;
    drifted: (Statistics & { t: number })[];
  };
  const quantities: Quantity[] = [
    { what: 'programmed', ...expected.programmed },
    { what: 'nu', ...expected.nu },
    ...expected.drifted.map((drifted) => ({ what: `t=${drifted.t}`, ...drifted })),
  ];
  const times = expected.drifted.map(({ t }) => t);
  const moments = quantities.map(({ mean }) => mean.map((centre) => new SampleMoments(centre)));
  const rng = createRng(1 + attempt, golden.name);
  let open = targets.map((_, i) => i);
  for (let round = 0; open.length > 0; round++) {
    drawRound(model, targets, open, times, moments, rng.child(`round-${round}`));
    open = open.filter((i) => moments.some((m) => m[i]!.count < LARGEST && m[i]!.relativeErrorOfStd > WANTED_ERROR));
  }
  const reference = golden.inputs.n_samples as number;
  return quantities.flatMap((quantity, q) => compareStatistics(quantity, moments[q]!, reference));
}

/** One batch of devices at the targets whose statistics are still open. */
function drawRound(
  model: NoiseModel,
  targets: readonly number[],
  open: readonly number[],
  times: readonly number[],
  moments: readonly SampleMoments[][],
  rng: Rng,
): void {
  tf.tidy(() => {
    const own = open.map((i) => targets[i]!);
    const target = tf.tile(tf.tensor2d(own, [1, own.length]), [Math.ceil(BATCH / own.length), 1]);
    const programmed = model.program(target, rng.child('program'));
    const nu = model.driftCoefficient(target, rng.child('nu'));
    const collect = (samples: tf.Tensor, quantity: number) => {
      samples.dataSync().forEach((value, k) => {
        moments[quantity]![open[k % open.length]!]!.add(value);
      });
    };
    collect(programmed, 0);
    collect(nu, 1);
    times.forEach((t, i) => {
      tf.tidy(() => collect(model.drift(programmed, nu, t, rng.child(`read-${t}`)), i + 2));
    });
  });
}

function compareStatistics(
  { what, mean, std, frac_zero: zero }: Quantity,
  moments: readonly SampleMoments[],
  reference: number,
): Measurement[] {
  const meanError = (i: number) => 5 * std[i]! * Math.sqrt(1 / moments[i]!.count + 1 / reference) + 1e-4;
  return [
    within(
      `${what} mean`,
      moments.map((m) => m.mean),
      mean,
      meanError,
    ),
    within(
      `${what} std`,
      moments.map((m) => m.std),
      std,
      (i) => 0.03 * std[i]! + 1e-6,
    ),
    within(
      `${what} zeros`,
      moments.map((m) => m.fractionZero),
      zero,
      (i) => shareError(moments[i]!.fractionZero, moments[i]!.count, zero[i]!, reference),
    ),
  ];
}

function checkConverter(golden: GoldenCase): Measurement[] {
  const noiseModel = fromAihwkit(golden.config, golden.name).noiseModel;
  const converter = createConverter(parseWith(converterSchema, noiseModel.gConverter, golden.name));
  const { weight } = golden.inputs as { weight: number[][] };
  const expected = golden.expected as { conductances_uS: Nested[]; scale_ratio: number; weights_back: Nested };
  return tf.tidy(() => {
    const { conductances, scale } = converter.toConductances(tf.transpose(tf.tensor2d(weight)));
    const back = converter.toWeights(conductances, scale);
    const values = (t: tf.Tensor2D) => tf.transpose(t).dataSync();
    if (conductances.length !== expected.conductances_uS.length) {
      return [{ what: 'number of devices', share: Number.POSITIVE_INFINITY }];
    }
    return [
      ...conductances.map((g, i) => closeTo(`device ${i}`, values(g), expected.conductances_uS[i]!, 1e-5)),
      closeTo('scale ratio', scale.ratio.dataSync(), expected.scale_ratio, 1e-5),
      closeTo('weights back', values(back), expected.weights_back, 1e-5),
    ] as unknown as tf.TensorContainer;
  }) as unknown as Measurement[];
}
