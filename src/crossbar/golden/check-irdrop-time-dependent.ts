import { createRng, tf } from '../../tensor/index.js';
import { fromAihwkit } from '../config/aihwkit.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { adcStep } from '../mvm/adc.js';
import { TileArray } from '../tile/tile-array.js';
import { flatten, type Nested, within } from './compare.js';
import type { GoldenCase, Measurement } from './golden-case.js';
import { read } from './read.js';
import { expectRefusal } from './refusal.js';

const TOLERANCE = 1e-3;

/** `irdrop_time_dependent.json`: a linear layer with voltage drop resolved in time. */
export function checkIrDropTimeDependent(golden: GoldenCase): Measurement[] {
  const refused = golden.expected.error_torch ?? golden.expected.error;
  if (typeof refused === 'string') return [expectRefusal('torch', false, () => outputOf(golden))];
  const { y, config } = outputOf(golden);
  const expected = flatten(golden.expected.y_torch as Nested);
  const size = Math.max(...expected.map(Math.abs));
  const step = config.forward.outRes > 0 ? adcStep(config.forward, 'torch') : 0;
  return [within('y_torch', y, expected, () => Math.max(TOLERANCE * size, step * 1.0001))];
}

function outputOf(golden: GoldenCase): { y: Float32Array; config: CrossbarConfig } {
  const base = fromAihwkit(golden.config, golden.name);
  const shift = (golden.expected.split_mode_bit_shift as number | undefined) ?? base.forward.splitModeBitShift;
  const config = { ...base, forward: { ...base.forward, splitModeBitShift: shift } };
  const weight = golden.inputs.weight as number[][];
  const rng = createRng(0, golden.name);
  const bias = golden.inputs.bias as number[] | null | undefined;
  const layer = new TileArray({ inputs: weight[0]!.length, outputs: weight.length, config, bias: !!bias, rng });
  const y = read(() => {
    layer.setWeights(tf.transpose(tf.tensor2d(weight)) as tf.Tensor2D, bias ? tf.tensor1d(bias) : undefined);
    return layer.forward(tf.tensor2d(golden.inputs.x as number[][]), { train: false, rng });
  });
  layer.dispose();
  return { y, config };
}
