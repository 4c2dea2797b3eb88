import { tf } from '../../tensor/index.js';
import type { AnalogTile } from '../tile/analog-tile.js';
import type { TileArray } from '../tile/tile-array.js';
import { closeTo, flatten, type Nested } from './compare.js';
import type { Measurement } from './golden-case.js';
import { read } from './read.js';

/** What a golden file says of one tile. */
export interface ExpectedTile {
  readonly out_size: number;
  readonly in_size: number;
  readonly analog_weight?: Nested;
  readonly mapping_scales?: Nested | null;
  readonly learned_out_scales?: Nested | null;
  readonly input_range?: Nested | null;
}

/** Learned scales are part of a case's state that its file only lists among the tiles. */
export function takeLearnedScales(layer: TileArray, expected: readonly ExpectedTile[] | undefined): void {
  expected?.forEach(({ learned_out_scales: scales }, i) => {
    if (scales !== undefined && scales !== null) layer.tiles[i]?.setLearnedOutScales(flatten(scales));
  });
}

/** Number, sizes, weights and scales of a layer's tiles. */
export function checkTiles(layer: TileArray, expected: readonly ExpectedTile[], tolerance: number): Measurement[] {
  if (layer.tiles.length !== expected.length) {
    return [{ what: `${layer.tiles.length} tiles instead of ${expected.length}`, share: Number.POSITIVE_INFINITY }];
  }
  return expected.flatMap((tile, i) => checkTile(layer.tiles[i]!, tile, tolerance));
}

function checkTile(tile: AnalogTile, expected: ExpectedTile, tolerance: number): Measurement[] {
  const { inputs, outputs } = tile.options;
  if (inputs !== expected.in_size || outputs !== expected.out_size) {
    const sizes = `${inputs}x${outputs} instead of ${expected.in_size}x${expected.out_size}`;
    return [{ what: `a tile of ${sizes}`, share: Number.POSITIVE_INFINITY }];
  }
  const found = [
    ['analog_weight', transposed(tile.weights)],
    ['mapping_scales', tile.mappingScales?.dataSync()],
    ['learned_out_scales', tile.learnedOutScales?.dataSync()],
    ['input_range', tile.inputRange === undefined ? undefined : [tile.inputRange.value]],
  ] as const;
  return found.flatMap(([name, actual]) => {
    const reference = expected[name];
    if (reference === undefined || reference === null) return [];
    if (actual === undefined) return [{ what: `${name} is missing`, share: Number.POSITIVE_INFINITY }];
    return [closeTo(name, spread(actual, reference), reference, tolerance)];
  });
}

/** Values of a tensor with its axes swapped: AIHWKit's weights are [out, in]. */
export function transposed(weights: tf.Tensor2D): Float32Array {
  return read(() => tf.transpose(weights));
}

/** AIHWKit keeps one number where all outputs share a scale. */
function spread(actual: ArrayLike<number>, reference: Nested): ArrayLike<number> {
  const shared = (typeof reference === 'number' || reference.length === 1) && actual.length > 1;
  return shared ? [actual[0]!] : actual;
}
