import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fail, parseWith } from '../../config/index.js';
import { Model, parseGraph, sizeOf, type WeightMap } from '../../nn/index.js';
import { graphFile, type ModelDocument, modelDocumentSchema, weightsFile } from './model-document.js';
import { readBytes, readJson } from './read-file.js';

/**
 * Loads a model that `exportModel` wrote, with its input ranges.
 *
 * @example
 * const model = await loadModel('results/V1StGXR8/best');
 * const analog = model.toAnalog(resolveCrossbar('pcm-8bit-256'));
 *
 * @throws MODEL_INVALID or GRAPH_INVALID naming the file that is missing, damaged, or does not fit the others.
 */
export async function loadModel(dir: string): Promise<Model> {
  const source = join(dir, graphFile);
  const document = await readDocument(source);
  const graph = parseGraph(document.graph, source);
  const model = Model.fromWeights(graph, await readWeights(join(dir, weightsFile), document));
  model.useInputRanges(document.inputRanges);
  model.useQuantisationRanges(document.quantisationRanges ?? {});
  return model;
}

/** What was kept beside a model by `exportModel`. Throws as {@link loadModel} does. */
export async function readModelInfo(dir: string): Promise<Readonly<Record<string, unknown>>> {
  return (await readDocument(join(dir, graphFile))).about;
}

async function readDocument(source: string): Promise<ModelDocument> {
  return parseWith(modelDocumentSchema, await readJson(source), source, 'MODEL_INVALID');
}

async function readWeights(file: string, { weights, sha256 }: ModelDocument): Promise<WeightMap> {
  const bytes = await readBytes(file);
  const expected = weights.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (bytes.length !== expected) {
    fail('MODEL_INVALID', 'The weights of a model have the wrong length.', {
      source: file,
      found: `${bytes.length} bytes`,
      accepted: `${expected} bytes, as ${graphFile} beside it says`,
    });
  }
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    fail('MODEL_INVALID', `The weights of a model are damaged, or not those that ${graphFile} belongs to.`, {
      source: file,
    });
  }
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let offset = 0;
  return Object.fromEntries(
    weights.map(({ name, shape }) => {
      const data = values.slice(offset, offset + sizeOf(shape));
      offset += data.length;
      return [name, { shape, data }];
    }),
  );
}
