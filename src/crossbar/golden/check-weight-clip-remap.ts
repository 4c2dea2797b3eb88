import { createRng, tf } from '../../tensor/index.js';
import { AnalogTile } from '../tile/analog-tile.js';
import { closeTo, type Nested } from './compare.js';
import { configFor, engines } from './engines.js';
import type { GoldenCase, Measurement } from './golden-case.js';
import { expectRefusal } from './refusal.js';
import { transposed } from './tile-state.js';

const TOLERANCE = 1e-6;

/** `weight_clip_remap.json`: weights and scales of a tile after one optimiser step's clipping or remapping. */
export function checkWeightClipRemap(golden: GoldenCase): Measurement[] {
  const weight = golden.inputs.weight as number[][];
  return engines.flatMap((engine) => {
    const rng = createRng(0, golden.name);
    const run = () => {
      const config = configFor(golden, engine);
      const tile = new AnalogTile({ inputs: weight[0]!.length, outputs: weight.length, config, bias: false, rng });
      tf.tidy(() => tile.setAnalog(tf.transpose(tf.tensor2d(weight)) as tf.Tensor2D));
      tile.postUpdate(rng);
      return tile;
    };
    if (typeof golden.expected[`error_${engine}`] === 'string') {
      return [expectRefusal(engine, false, () => run().dispose())];
    }
    const expected = golden.expected[engine] as { analog_weight: Nested; mapping_scales?: Nested | null };
    const tile = run();
    const measurements = [closeTo(`weights ${engine}`, transposed(tile.weights), expected.analog_weight, TOLERANCE)];
    const scales = tile.mappingScales?.dataSync();
    if (expected.mapping_scales !== undefined && expected.mapping_scales !== null) {
      const reference = expected.mapping_scales;
      const one = typeof reference === 'number' || reference.length === 1;
      measurements.push(
        closeTo(`scales ${engine}`, one ? [scales?.[0] ?? Number.NaN] : (scales ?? []), reference, TOLERANCE),
      );
    }
    tile.dispose();
    return measurements;
  });
}
