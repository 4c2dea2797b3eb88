import { createRng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import { col2im } from '../layer/col2im.js';
import { im2col } from '../layer/im2col.js';
import { type ConvShape, outputSize } from '../layer/layer-shape.js';
import type { AnalogTile } from '../tile/analog-tile.js';
import { cutsOf, splitSizes, type TilePlace } from '../tile/grid.js';
import { type ArrayGradients, TileArray } from '../tile/tile-array.js';
import { closeTo, type Nested } from './compare.js';
import { configFor, type EngineName, engines } from './engines.js';
import type { GoldenCase, Measurement } from './golden-case.js';
import { expectRefusal } from './refusal.js';
import { checkTiles, type ExpectedTile, takeLearnedScales, transposed } from './tile-state.js';

const TOLERANCE = 1e-4;

interface ConvInputs {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly kernel_size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation?: readonly [number, number];
  readonly groups?: number;
  readonly x: number[][][][];
  readonly weight: number[][][][];
  readonly bias: number[] | null;
  readonly dy: number[][][][];
}

interface ExpectedGradients {
  readonly y?: Nested;
  readonly dx?: Nested;
  readonly d_bias?: Nested;
  readonly tiles?: readonly (ExpectedTile & {
    readonly d_analog_weight?: Nested;
    readonly d_bias?: Nested;
    readonly d_input_range?: Nested;
    readonly d_learned_out_scales?: Nested;
  })[];
}

/** `conv_deterministic.json`: output and gradients of convolutions in training, on both tiles. */
export function checkConvDeterministic(golden: GoldenCase): Measurement[] {
  return engines.flatMap((engine) => checkEngine(golden, engine));
}

/** The torch part of the file lists only what differs from the C++ tile. */
function checkEngine(golden: GoldenCase, engine: EngineName): Measurement[] {
  const inputs = golden.inputs as unknown as ConvInputs;
  if (typeof golden.expected[`error_${engine}`] === 'string') {
    const grouped = (inputs.groups ?? 1) !== 1;
    if (grouped) return [{ what: `${engine} (extension: groups become blocks of a dense matrix)`, share: 0 }];
    return [expectRefusal(engine, false, () => layerOf(golden, configFor(golden, engine), shapeOf(inputs)).dispose())];
  }
  const cpp = golden.expected.cpp as ExpectedGradients;
  const own = golden.expected[engine] as ExpectedGradients | undefined;
  const expected = {
    ...cpp,
    ...own,
    tiles: cpp.tiles?.map((tile, i) => ({ ...tile, ...own?.tiles?.[i] })),
  } as ExpectedGradients;
  const shape = shapeOf(inputs);
  const layer = layerOf(golden, configFor(golden, engine), shape);
  takeLearnedScales(layer, expected.tiles);
  const rng = createRng(0, golden.name);
  const { y, dx, gradients, imageRanges } = run(layer, inputs, shape, rng);
  const ranges = golden.layer === 'AnalogConv2dMapped' && engine === 'cpp' ? imageRanges : undefined;
  const measurements = [
    ...compare(`y ${engine}`, y, expected.y),
    ...compare(`dx ${engine}`, dx, expected.dx),
    ...compareGradients(engine, gradients, layer, expected, ranges),
    ...(engine === 'cpp' && expected.tiles !== undefined ? checkTiles(layer, expected.tiles, TOLERANCE) : []),
  ];
  disposeGradients(gradients);
  layer.dispose();
  return measurements;
}

function compareGradients(
  engine: EngineName,
  { tiles, bias }: ArrayGradients,
  layer: TileArray,
  expected: ExpectedGradients,
  ranges: readonly (number | undefined)[] = tiles.map(({ inputRange }) => inputRange),
): Measurement[] {
  const arrayBias = bias ?? (layer.tiles.length === 1 ? tiles[0]!.bias : undefined);
  return [
    ...compare(`d_bias ${engine}`, arrayBias?.dataSync(), expected.d_bias),
    ...(expected.tiles ?? []).flatMap((tile, i) => [
      ...compare(`d_analog_weight ${engine}`, transposed(tiles[i]!.weights), tile.d_analog_weight),
      ...compare(`tile d_bias ${engine}`, tiles[i]!.bias?.dataSync(), tile.d_bias),
      ...compare(`d_input_range ${engine}`, numberList(ranges[i]), tile.d_input_range),
      ...compare(`d_learned_out_scales ${engine}`, tiles[i]!.learnedOutScales?.dataSync(), tile.d_learned_out_scales),
    ]),
  ];
}

function numberList(value: number | undefined): number[] | undefined {
  return value === undefined ? undefined : [value];
}

function compare(
  what: string,
  actual: ArrayLike<number> | undefined,
  expected: Nested | null | undefined,
): Measurement[] {
  if (expected === undefined || expected === null) return [];
  if (actual === undefined) return [{ what: `${what} is missing`, share: Number.POSITIVE_INFINITY }];
  return [closeTo(what, actual, expected, TOLERANCE)];
}

function shapeOf(inputs: ConvInputs): ConvShape {
  const [vertical, horizontal] = inputs.padding;
  return {
    kind: 'conv2d',
    kernel: inputs.kernel_size,
    inChannels: inputs.in_channels,
    outChannels: inputs.out_channels,
    strides: inputs.stride,
    padding: [
      [vertical, vertical],
      [horizontal, horizontal],
    ],
    dilations: inputs.dilation ?? [1, 1],
  };
}

function layerOf(golden: GoldenCase, config: CrossbarConfig, shape: ConvShape): TileArray {
  const { weight, bias } = golden.inputs as unknown as ConvInputs;
  const size = window(shape);
  const rows = shape.inChannels * size;
  const { maxInputSize, maxOutputSize } = config.mapping;
  const channelGrid = {
    rowCuts: cutsOf(splitSizes(shape.inChannels, maxInputSize > 0 ? Math.floor(maxInputSize / size) : 0)).map(
      (cut) => cut * size,
    ),
    colCuts: cutsOf(splitSizes(shape.outChannels, maxOutputSize)),
  };
  const layer = new TileArray({
    inputs: rows,
    outputs: shape.outChannels,
    config,
    bias: bias !== null,
    rng: createRng(0, golden.name),
    ...(golden.layer === 'AnalogConv2dMapped' && { grid: channelGrid }),
  });
  tf.tidy(() => {
    const matrix = tf.transpose(tf.reshape(tf.tensor4d(weight), [shape.outChannels, rows])) as tf.Tensor2D;
    layer.setWeights(matrix, bias === null ? undefined : tf.tensor1d(bias));
  });
  return layer;
}

/** NCHW in, NCHW out. */
function run(layer: TileArray, inputs: ConvInputs, shape: ConvShape, rng: ReturnType<typeof createRng>) {
  const toNhwc = (values: number[][][][]) => tf.transpose(tf.tensor4d(values), [0, 2, 3, 1]) as tf.Tensor4D;
  const toNchw = (t: tf.Tensor) => tf.transpose(t, [0, 3, 1, 2]).dataSync();
  tf.engine().startScope();
  const x = toNhwc(inputs.x);
  const outShape = [x.shape[0], ...outputSize(shape, x.shape[1], x.shape[2]), shape.outChannels];
  const y = toNchw(tf.reshape(layer.forward(im2col(x, shape), { train: true, rng }), outShape));
  const dy = tf.reshape(toNhwc(inputs.dy), [-1, shape.outChannels]) as tf.Tensor2D;
  const gradients = keepGradients(layer.backward(dy, rng));
  const dx = toNchw(col2im(gradients.dx, shape, x.shape));
  const imageRanges = layer.grid.rowCuts.every((cut) => cut % window(shape) === 0)
    ? layer.places.map((place, i) => imageRange(layer.tiles[i]!, gradients.tiles[i]!.dx, x, place, shape))
    : undefined;
  tf.engine().endScope();
  return { y, dx, gradients, imageRanges };
}

function window({ kernel: [kh, kw] }: ConvShape): number {
  return kh * kw;
}

/**
 * The C++ tiles of `AnalogConv2dMapped` get whole images and cut the patches themselves: there the gradient of the
 * input range counts each pixel once, while all other layers count it once per patch.
 */
function imageRange(
  tile: AnalogTile,
  dPatches: tf.Tensor2D,
  x: tf.Tensor4D,
  place: TilePlace,
  shape: ConvShape,
): number | undefined {
  const [start, end] = [place.rowStart / window(shape), place.rowEnd / window(shape)];
  const [batch, height, width] = x.shape;
  const image = tf.slice(x, [0, 0, 0, start], [batch, height, width, end - start]);
  const dImage = col2im(dPatches, { ...shape, inChannels: end - start }, image.shape);
  return tile.inputRange?.gradient(image, dImage, () => 1);
}

function keepGradients(gradients: ArrayGradients): ArrayGradients {
  for (const tensor of tensorsOf(gradients)) tf.keep(tensor);
  return gradients;
}

function disposeGradients(gradients: ArrayGradients): void {
  tf.dispose(tensorsOf(gradients));
}

function tensorsOf({ dx, bias, tiles }: ArrayGradients): tf.Tensor[] {
  const all = [dx, bias, ...tiles.flatMap((tile) => [tile.dx, tile.weights, tile.bias, tile.learnedOutScales])];
  return all.filter((tensor) => tensor !== undefined);
}
