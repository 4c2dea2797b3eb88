import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../config/index.js';
import type { Model, WeightMap } from '../../nn/index.js';
import { saveLayersModel } from '../layers/layers-files.js';
import { layersRefusal, toLayersModel } from '../layers/to-layers-model.js';
import { graphFile, type ModelDocument, weightsFile } from './model-document.js';

/** What {@link exportModel} wrote. */
export interface ExportResult {
  /** Names of the files in the folder. */
  readonly files: readonly string[];
  /** Why there is no TensorFlow.js model among them; undefined where there is one. */
  readonly withoutLayersModel: string | undefined;
}

/**
 * Writes a model into a folder: `graph.json` (network, list of weights, input ranges, what else is known of it) and
 * `weights.bin` (float32, little-endian) for {@link loadModel}, `model.json` and `model.weights.bin` for any
 * TensorFlow.js program. A network that tf.layers cannot express goes without the latter two.
 *
 * @param about JSON to keep beside the model, for example its task, accuracies, or how inputs are normalised
 */
export async function exportModel(
  model: Model,
  dir: string,
  about: Readonly<Record<string, unknown>> = {},
): Promise<ExportResult> {
  // first of all: a network that fails here leaves no half of a model
  const withoutLayersModel = layersRefusal(model.graph);
  const layersModel = withoutLayersModel === undefined ? toLayersModel(model) : undefined;
  try {
    const files = await writeModel(model, dir, about);
    const layersFiles = layersModel === undefined ? [] : await saveLayersModel(layersModel, dir);
    return { files: [...files, ...layersFiles], withoutLayersModel };
  } finally {
    layersModel?.dispose();
  }
}

async function writeModel(
  model: Model,
  dir: string,
  about: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  makeFolder(dir);
  const weights = model.exportWeights();
  const bytes = packWeights(weights);
  const document: ModelDocument = {
    format: 'kirchhoff-model',
    version: 1,
    graph: model.graph,
    inputRanges: model.inputRanges as ModelDocument['inputRanges'],
    ...(Object.keys(model.quantisationRanges).length > 0 && {
      quantisationRanges: model.quantisationRanges as NonNullable<ModelDocument['quantisationRanges']>,
    }),
    about,
    weights: Object.entries(weights).map(([name, { shape }]) => ({ name, shape })),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  await writeFile(join(dir, weightsFile), bytes);
  await writeFile(join(dir, graphFile), `${JSON.stringify(document, null, 1)}\n`);
  return [graphFile, weightsFile];
}

function packWeights(weights: WeightMap): Buffer {
  return Buffer.concat(
    Object.values(weights).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
}
