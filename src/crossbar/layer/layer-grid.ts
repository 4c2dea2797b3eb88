import { tf } from '../../tensor/index.js';
import type { Mapping } from '../config/mapping.js';
import { type TileGrid, type TilePlace, tileGrid, tilePlaces } from '../tile/grid.js';
import { type LayerShape, matrixCols, matrixRows } from './layer-shape.js';
import { matrixIndexOfKernelRow } from './row-order.js';

/** The input channels that a row part of a convolution touches, and which rows of their filters are its own. */
export interface ChannelRange {
  readonly start: number;
  readonly end: number;
  /** 1 for own rows, [kh, kw, end - start, 1]; undefined where all are. */
  readonly mask: tf.Tensor4D | undefined;
}

/** A row part as a layer of its own, whose rows are not cut. */
export interface RowPart {
  readonly shape: LayerShape;
  readonly grid: LayerGrid;
}

/** How a layer's matrix lies on its tiles, with the constant tensors that this needs. */
export class LayerGrid {
  readonly grid: TileGrid;
  readonly places: readonly TilePlace[];
  /** Number of parts that the rows are cut into. */
  readonly rowParts: number;
  /** [rows in kernel order, row parts]: 1 where the row belongs to the part; undefined where there is one part. */
  readonly membership: tf.Tensor2D | undefined;
  readonly channels: readonly ChannelRange[];
  /**
   * 1 where a column is connected to some row of a row part, [row parts, cols]; undefined where all are. What a tile makes of
   * other columns is noise alone: it is not added.
   */
  readonly connected: tf.Tensor2D | undefined;
  #parts: readonly RowPart[] | undefined;

  constructor(
    readonly shape: LayerShape,
    readonly mapping: Mapping,
  ) {
    this.grid = tileGrid(matrixRows(shape), matrixCols(shape), mapping);
    this.places = tilePlaces(this.grid);
    this.rowParts = this.grid.rowCuts.length - 1;
    this.membership = this.rowParts > 1 ? membership(shape, this.grid.rowCuts) : undefined;
    this.channels = shape.kind === 'conv2d' ? channelRanges(shape, this.grid.rowCuts) : [];
    this.connected = connectedColumns(shape, this.channels);
  }

  /** Spreads one row of values per row part, [parts, cols], over the rows of the matrix, [rows or 1, cols]. */
  spread(perPart: tf.Tensor2D): tf.Tensor2D {
    return this.membership === undefined ? perPart : tf.matMul(this.membership, perPart);
  }

  /** Joins matrices of all tiles, in the order of the places, to one of the whole layer. */
  join(tiles: readonly tf.Tensor2D[]): tf.Tensor2D {
    const colParts = this.grid.colCuts.length - 1;
    const rows = Array.from({ length: this.rowParts }, (_, part) =>
      tf.concat(tiles.slice(part * colParts, (part + 1) * colParts), 1),
    );
    return tf.concat(rows, 0) as tf.Tensor2D;
  }

  /** Each row part as a layer of its own: of the channels that it touches, or of its inputs. Made when first asked for. */
  get parts(): readonly RowPart[] {
    this.#parts ??= this.grid.rowCuts.slice(1).map((end, part) => {
      const shape = partShape(this.shape, this.channels[part], end - this.grid.rowCuts[part]!);
      return { shape, grid: new LayerGrid(shape, { ...this.mapping, maxInputSize: 0 }) };
    });
    return this.#parts;
  }

  dispose(): void {
    for (const { grid } of this.#parts ?? []) grid.dispose();
    this.membership?.dispose();
    this.connected?.dispose();
    for (const { mask } of this.channels) mask?.dispose();
  }
}

function partShape(shape: LayerShape, channels: ChannelRange | undefined, rows: number): LayerShape {
  if (shape.kind === 'dense') return { ...shape, inSize: rows };
  return { ...shape, inChannels: channels!.end - channels!.start, groups: 1 };
}

function membership(shape: LayerShape, rowCuts: readonly number[]): tf.Tensor2D {
  const parts = rowCuts.length - 1;
  const index = matrixIndexOfKernelRow(shape);
  const values = new Float32Array(index.length * parts);
  index.forEach((row, k) => {
    values[k * parts + rowCuts.findLastIndex((cut) => cut <= row)] = 1;
  });
  return tf.keep(tf.tensor2d(values, [index.length, parts]));
}

function channelRanges(shape: Extract<LayerShape, { kind: 'conv2d' }>, rowCuts: readonly number[]): ChannelRange[] {
  const [kh, kw] = shape.kernel;
  const window = kh * kw;
  return rowCuts.slice(1).map((rowEnd, part) => {
    const rowStart = rowCuts[part]!;
    const start = Math.floor(rowStart / window);
    const end = Math.min(Math.ceil(rowEnd / window), shape.inChannels);
    if (rowStart === start * window && rowEnd >= end * window) return { start, end, mask: undefined };
    const values = new Float32Array(window * (end - start));
    for (let position = 0; position < window; position++) {
      for (let c = start; c < end; c++) {
        const row = c * window + position;
        values[position * (end - start) + (c - start)] = row >= rowStart && row < rowEnd ? 1 : 0;
      }
    }
    return { start, end, mask: tf.keep(tf.tensor4d(values, [kh, kw, end - start, 1])) };
  });
}

function connectedColumns(shape: LayerShape, channels: readonly ChannelRange[]): tf.Tensor2D | undefined {
  if (shape.kind === 'dense' || (shape.groups ?? 1) === 1) return undefined;
  const { groups = 1, inChannels, outChannels } = shape;
  const connected = channels.map(({ start, end }) =>
    Array.from({ length: outChannels }, (_, col) => {
      const group = Math.floor((col * groups) / outChannels);
      return (group * inChannels) / groups < end && ((group + 1) * inChannels) / groups > start ? 1 : 0;
    }),
  );
  return connected.flat().includes(0) ? tf.keep(tf.tensor2d(connected)) : undefined;
}
