import { createRng, type Rng, tf } from '../../tensor/index.js';
import { fromAihwkit } from '../config/aihwkit.js';
import { AnalogTile } from '../tile/analog-tile.js';
import { within } from './compare.js';
import { type CheckContext, type GoldenCase, inputOf, type Measurement } from './golden-case.js';
import { read } from './read.js';
import { expectRefusal } from './refusal.js';
import { SampleMoments } from './sample-moments.js';

/** Programmed instances per case: the spread over them is then known to 5 %, where the file allows 25 %. */
const INSTANCES = 192;

interface ExpectedTime {
  readonly t: number | 'programmed';
  readonly [quantity: string]: unknown;
}

interface OverInstances {
  readonly mean: number;
  readonly std_over_instances: number;
}

/** `drift_end_to_end.json`: a linear layer programmed many times, drifted, compensated. */
export function checkDriftEndToEnd(golden: GoldenCase, context: CheckContext): Measurement[] {
  const refused = Object.keys(golden.expected).some((key) => key.startsWith('error'));
  if (refused) return [expectRefusal(golden.name, false, () => new DriftExperiment(golden, context).dispose())];
  const expected = golden.expected as unknown as readonly ExpectedTime[];
  const instances = golden.inputs.instances as number;
  const experiment = new DriftExperiment(golden, context);
  const found = new Map<string, SampleMoments>();
  const rng = createRng(3 + context.attempt, golden.name);
  for (let instance = 0; instance < INSTANCES; instance++) {
    experiment.program(rng.child(`instance-${instance}`));
    expected.forEach((time, i) => {
      const quantities = experiment.at(time.t, rng.child(`instance-${instance}/time-${i}`));
      for (const [name, value] of Object.entries(quantities)) {
        const key = `${i}/${name}`;
        if (!found.has(key)) found.set(key, new SampleMoments(value));
        found.get(key)!.add(value);
      }
    });
  }
  experiment.dispose();
  return expected.flatMap((time, i) =>
    Object.entries(time).flatMap(([name, reference]) => {
      if (name === 't') return [];
      const moments = found.get(`${i}/${name}`);
      if (moments === undefined) throw new Error(`unknown quantity "${name}"`);
      return compare(`${name} at ${time.t}`, moments, reference as OverInstances, instances);
    }),
  );
}

/** The mean within 1 % plus five standard errors; the spread within 25 %. Constants agree to float32. */
function compare(what: string, moments: SampleMoments, reference: OverInstances, instances: number): Measurement[] {
  const { mean, std_over_instances: spread } = reference;
  const standardError = spread * Math.sqrt(1 / instances + 1 / moments.count);
  const allowed = 0.01 * Math.abs(mean) + 5 * Math.max(standardError, spread / Math.sqrt(instances)) + 1e-7;
  const measuredSpread = Math.sqrt(moments.std ** 2 * (moments.count / (moments.count - 1)));
  return [
    within(`mean ${what}`, [moments.mean], [mean], () => allowed),
    within(`spread ${what}`, [measuredSpread], [spread], () => 0.25 * spread + 1e-6),
  ];
}

/** One layer of a case and what is measured on it. */
class DriftExperiment {
  readonly #tile: AnalogTile;
  readonly #x: tf.Tensor2D;
  readonly #target: Float32Array;
  readonly #ideal: Float32Array;

  constructor(golden: GoldenCase, context: CheckContext) {
    const weight = inputOf<number[][]>(golden, 'weight', context);
    const config = fromAihwkit(golden.config, golden.name);
    const rng = createRng(3, golden.name);
    this.#x = tf.tensor2d(inputOf<number[][]>(golden, 'x', context));
    this.#tile = new AnalogTile({ inputs: weight[0]!.length, outputs: weight.length, config, bias: false, rng });
    this.#ideal = read(() => {
      const logical = tf.transpose(tf.tensor2d(weight)) as tf.Tensor2D;
      this.#tile.setWeights(logical);
      return tf.matMul(this.#x, logical);
    });
    this.#target = this.#logicalWeights();
  }

  program(rng: Rng): void {
    this.#tile.program(rng);
    this.#tile.driftFactor?.dispose();
    this.#tile.driftFactor = undefined;
  }

  /** All quantities of the file at one time. */
  at(t: number | 'programmed', rng: Rng): Record<string, number> {
    if (t !== 'programmed') this.#tile.drift(t, rng);
    const outputs = this.#tile.options.outputs;
    const alpha = this.#alpha(outputs);
    const weights = this.#logicalWeights();
    const raw = differences(weights, this.#target);
    const compensated = differences(weights, this.#target, (w, i) => w * alpha[i % outputs]!);
    const largest = this.#target.reduce((max, w) => Math.max(max, Math.abs(w)), 0);
    const y = read(() => this.#tile.forward(this.#x, { train: false, rng }));
    const yError = differences(y, this.#ideal);
    const yRawError = differences(y, this.#ideal, (value, i) => value / alpha[i % outputs]!);
    return {
      w_err_std_rel_max: deviation(raw) / largest,
      w_err_std_rel_max_compensated: deviation(compensated) / largest,
      w_err_mean_rel_max: average(raw) / largest,
      w_regression_slope: product(weights, this.#target) / product(this.#target, this.#target),
      alpha: average(alpha),
      alpha_std_over_outputs: deviation(alpha),
      y_err_std_rel: deviation(yRawError) / deviation(this.#ideal),
      y_err_std_rel_compensated: deviation(yError) / deviation(this.#ideal),
    };
  }

  dispose(): void {
    this.#tile.dispose();
    this.#x.dispose();
  }

  /** Weights with their mapping scales, without drift compensation. */
  #logicalWeights(): Float32Array {
    const { weights, mappingScales } = this.#tile;
    return read(() => (mappingScales === undefined ? weights.clone() : tf.mul(weights, mappingScales)));
  }

  #alpha(outputs: number): Float64Array {
    const factor = this.#tile.driftFactor?.dataSync() ?? [1];
    return Float64Array.from({ length: outputs }, (_, i) => factor[i % factor.length]!);
  }
}

function differences(
  actual: Float32Array,
  reference: Float32Array,
  change: (value: number, i: number) => number = (value) => value,
): Float64Array {
  const result = new Float64Array(actual.length);
  for (let i = 0; i < result.length; i++) result[i] = change(actual[i]!, i) - reference[i]!;
  return result;
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function deviation(values: ArrayLike<number>): number {
  const mean = average(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return Math.sqrt(sum / values.length);
}

function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
