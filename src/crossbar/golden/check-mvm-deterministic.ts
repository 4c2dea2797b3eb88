import { createRng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { TileArray } from '../tile/tile-array.js';
import { closeTo, flatten, type Nested } from './compare.js';
import { configFor, type EngineName, engines } from './engines.js';
import type { GoldenCase, Measurement } from './golden-case.js';
import { read } from './read.js';
import { expectRefusal } from './refusal.js';
import { checkTiles, type ExpectedTile, takeLearnedScales } from './tile-state.js';

const TOLERANCE = 1e-4;

/** `mvm_deterministic.json`: outputs of a linear layer without noise, on both tiles. */
export function checkMvmDeterministic(golden: GoldenCase): Measurement[] {
  if (golden.expected.dx_cpp !== undefined) return checkBackward(golden);
  if (golden.inputs.dy !== undefined) {
    return [expectRefusal('cpp', false, () => layerOf(golden, configFor(golden, 'cpp')).dispose())];
  }
  return engines.flatMap((engine) => checkEngine(golden, engine));
}

function checkEngine(golden: GoldenCase, engine: EngineName): Measurement[] {
  const { expected } = golden;
  if (typeof expected[`error_${engine}`] === 'string') {
    return [expectRefusal(engine, false, () => layerOf(golden, configFor(golden, engine)).dispose())];
  }
  const config = configFor(golden, engine);
  const y = (expected[`y_${engine}`] ?? (expected.same === true ? expected.y_cpp : undefined)) as Nested | undefined;
  if (y === undefined) throw new Error(`the case expects nothing of the ${engine} tile`);
  const layer = layerOf(golden, config);
  takeLearnedScales(layer, expected.tiles as ExpectedTile[] | undefined);
  const rng = createRng(0, golden.name);
  const repeats = (engine === 'cpp' ? (expected.y_cpp_repeats as Nested[] | undefined) : undefined) ?? [y];
  const measurements = repeats.map((reference, i) =>
    closeTo(`y_${engine}`, run(layer, golden, rng.child(`call-${i}`)), reference, TOLERANCE),
  );
  if (engine === 'cpp' && expected.tiles !== undefined) {
    measurements.push(...checkTiles(layer, expected.tiles as ExpectedTile[], TOLERANCE));
  }
  layer.dispose();
  return measurements;
}

/** Forward and backward pass of a layer whose backward pass is not ideal. */
function checkBackward(golden: GoldenCase): Measurement[] {
  const layer = layerOf(golden, configFor(golden, 'cpp'));
  const rng = createRng(0, golden.name);
  const result = tf.tidy(() => {
    const y = layer.forward(tf.tensor2d(golden.inputs.x as number[][]), { train: true, rng });
    const { dx } = layer.backward(tf.tensor2d(golden.inputs.dy as number[][]), rng);
    return [y.dataSync(), dx.dataSync()] as const;
  }) as unknown as readonly [Float32Array, Float32Array];
  layer.dispose();
  return [
    closeTo('y_cpp', result[0], golden.expected.y_cpp as Nested, TOLERANCE),
    closeTo('dx_cpp', result[1], golden.expected.dx_cpp as Nested, TOLERANCE),
  ];
}

/** The linear layer of a case, with its logical weights. */
function layerOf({ inputs, name }: GoldenCase, config: CrossbarConfig): TileArray {
  const weight = inputs.weight as number[][];
  const bias = inputs.bias as number[] | null;
  const layer = new TileArray({
    inputs: weight[0]!.length,
    outputs: weight.length,
    config,
    bias: bias !== null && bias !== undefined,
    rng: createRng(0, name),
  });
  tf.tidy(() => layer.setWeights(tf.transpose(tf.tensor2d(weight)), bias ? tf.tensor1d(bias) : undefined));
  return layer;
}

function run(layer: TileArray, { inputs }: GoldenCase, rng: ReturnType<typeof createRng>): Float32Array {
  const x = inputs.x as Nested[];
  const inSize = layer.grid.rowCuts.at(-1)!;
  return read(() =>
    layer.forward(tf.tensor2d(flatten(x), [flatten(x).length / inSize, inSize]), { train: false, rng }),
  );
}
