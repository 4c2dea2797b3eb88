import { createRng, tf } from '../../tensor/index.js';
import { AnalogTile } from '../tile/analog-tile.js';
import { within } from './compare.js';
import { configFor, type EngineName, engines } from './engines.js';
import type { CheckContext, GoldenCase, Measurement } from './golden-case.js';
import { expectRefusal } from './refusal.js';

/** The deterministic tolerances of the file, relative to values around one. */
const tolerances: Readonly<Record<EngineName, number>> = { cpp: 5e-5, torch: 2e-4 };

interface RangeTrace {
  readonly input_range_initial_and_after_each_step: number[];
  readonly input_range_after_forward: number[];
  readonly gradient: (number | null)[];
}

/** `input_range.json`: the learned input range of one layer over many steps of plain gradient descent. */
export function checkInputRange(golden: GoldenCase, { shared }: CheckContext): Measurement[] {
  const inputs = { ...shared?.inputs, ...golden.inputs } as {
    x_steps: number[][][];
    dy_steps: number[][][];
    weight: number[][];
    sgd_learning_rate: number;
  };
  return engines.flatMap((engine) => {
    const rng = createRng(0, golden.name);
    const make = () =>
      new AnalogTile({
        inputs: inputs.weight[0]!.length,
        outputs: inputs.weight.length,
        config: configFor(golden, engine),
        bias: false,
        rng,
      });
    if (typeof golden.expected[`error_${engine}`] === 'string') {
      return [expectRefusal(engine, false, () => make().dispose())];
    }
    const expected = golden.expected[engine] as RangeTrace | undefined;
    if (expected === undefined) return [];
    const tile = make();
    tf.tidy(() => tile.setWeights(tf.transpose(tf.tensor2d(inputs.weight)) as tf.Tensor2D));
    const trace = descend(tile, inputs);
    tile.dispose();
    const allowed = (values: readonly (number | null)[]) => (i: number) =>
      tolerances[engine] * Math.max(1, Math.abs(values[i] ?? 0));
    const { input_range_initial_and_after_each_step: after, input_range_after_forward: forward, gradient } = expected;
    return [
      within(`range ${engine}`, trace.after, after, allowed(after)),
      within(`range in forward ${engine}`, trace.forward, forward, allowed(forward)),
      within(
        `gradient ${engine}`,
        trace.gradient,
        gradient.map((g) => g ?? 0),
        allowed(gradient),
      ),
    ];
  });
}

function descend(
  tile: AnalogTile,
  {
    x_steps,
    dy_steps,
    sgd_learning_rate,
  }: { x_steps: number[][][]; dy_steps: number[][][]; sgd_learning_rate: number },
) {
  const range = tile.inputRange!;
  const rng = createRng(0, 'input-range');
  const trace = { after: [range.value], forward: [] as number[], gradient: [] as number[] };
  // Nobody resets the gradient of a range that is not learned: it adds up on the C++ tile; the torch tile computes none.
  let sinceReset = 0;
  x_steps.forEach((x, step) => {
    tf.tidy(() => {
      tile.forward(tf.tensor2d(x), { train: true, rng });
      trace.forward.push(range.value);
      const gradient = tile.backward(tf.tensor2d(dy_steps[step]!), rng).inputRange!;
      const learned = range.parameters.learnInputRange;
      if (learned) sinceReset = gradient;
      else if (tile.engine === 'rpu') sinceReset += gradient;
      trace.gradient.push(sinceReset);
      if (learned) range.value = Math.fround(range.value - sgd_learning_rate * gradient);
      trace.after.push(range.value);
    });
  });
  return trace;
}
