import { type Mapping, tileGrid, tilePlaces } from '../../crossbar/index.js';
import { type Converter, createConverter } from '../../devices/index.js';
import type { CrossbarMatrix, Model } from '../../nn/index.js';
import { tf } from '../../tensor/index.js';
import { type FusionLayer, readFusionCsv, writeFusionCsv } from './fusion-csv.js';

/** How a network lies on the Fusion chip. */
export interface FusionOptions {
  /** Tiles that matrices are cut into. */
  readonly mapping: Pick<Mapping, 'maxInputSize' | 'maxOutputSize'>;
  /** Largest conductance, uS, 10 to 40; 40 if absent. */
  readonly gMax?: number;
}

/**
 * The conductances that a model needs on the Fusion chip, as the CSV text that AIHWKit's `fusion_export` writes: each
 * output of each tile is scaled to the whole range of conductances, signs stay digital.
 *
 * @example writeFileSync('fusion.csv', fusionExport(model, { mapping: resolveCrossbar().mapping }));
 */
export function fusionExport(model: Model, options: FusionOptions): string {
  const converter = fusionConverter(options);
  return writeFusionCsv(
    model.crossbarMatrices().map((matrix) => {
      const parts = tileParts(matrix.weights, options).map((part) => {
        const values = tf.tidy(() => {
          const { conductances } = converter.toConductances(part);
          return tf.transpose(conductances[0]!).dataSync();
        }) as unknown as Float32Array;
        part.dispose();
        return values;
      });
      const layer = layerOf(
        matrix,
        model,
        parts.flatMap((values) => [...values]),
      );
      matrix.weights.dispose();
      return layer;
    }),
  );
}

/**
 * Gives a model the weights that measured conductances stand for (AIHWKit's `fusion_import`): signs are those of the
 * model, each output is corrected by the slope of a line fitted to the model's own weights. In place.
 *
 * @param text a CSV as {@link fusionExport} writes it, with the conductances that were measured
 * @throws MODEL_INVALID where it does not belong to this model on these tiles
 */
export function fusionImport(model: Model, text: string, options: FusionOptions, source = 'Fusion CSV'): void {
  const converter = fusionConverter(options);
  const matrices = model.crossbarMatrices();
  try {
    const expected = matrices.map((matrix) => layerOf(matrix, model, []));
    const measured = readFusionCsv(text, expected, source);
    for (const [i, matrix] of matrices.entries()) {
      const weights = tf.tidy(() => fromMeasured(matrix.weights, measured[i]!, converter, options));
      model.setCrossbarMatrix(matrix.id, weights);
      weights.dispose();
    }
  } finally {
    for (const { weights } of matrices) weights.dispose();
  }
}

function fusionConverter({ gMax = 40 }: FusionOptions): Converter {
  return createConverter({ class: 'FusionConductanceConverter', gMax });
}

/** The tiles of a matrix, in AIHWKit's order. */
function tileParts(weights: tf.Tensor2D, { mapping }: FusionOptions): tf.Tensor2D[] {
  return tilePlaces(tileGrid(...weights.shape, mapping)).map(({ rowStart, rowEnd, colStart, colEnd }) =>
    tf.slice(weights, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]),
  );
}

function fromMeasured(
  weights: tf.Tensor2D,
  measured: readonly number[],
  converter: Converter,
  options: FusionOptions,
): tf.Tensor2D {
  let taken = 0;
  const parts = tileParts(weights, options).map((part) => {
    const [rows, cols] = part.shape;
    const values = measured.slice(taken, taken + part.size);
    taken += part.size;
    const conductances = tf.transpose(tf.tensor2d(values, [cols, rows])) as tf.Tensor2D;
    return converter.toWeights([conductances], converter.toConductances(part).scale);
  });
  const colParts = tileGrid(...weights.shape, options.mapping).colCuts.length - 1;
  const rows = Array.from({ length: parts.length / colParts }, (_, i) =>
    tf.concat(parts.slice(i * colParts, (i + 1) * colParts), 1),
  );
  return tf.concat(rows, 0) as tf.Tensor2D;
}

function layerOf({ id, node, kind, weights }: CrossbarMatrix, model: Model, conductances: number[]): FusionLayer {
  const [width, height] = weights.shape;
  return {
    name: id,
    id: model.graph.nodes.findIndex((one) => one.id === node) + 1,
    className: kind === 'dense' ? 'AnalogLinear' : 'AnalogConv2d',
    ...{ height, width, conductances },
  };
}
