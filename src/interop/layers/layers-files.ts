import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { fail, makeFolder, parseWith } from '../../config/index.js';
import { tf } from '../../tensor/index.js';
import { readBytes, readJson } from '../files/read-file.js';
// Registers the layer class that saved models may name.
import './node-layer.js';

const topologyFile = 'model.json';
const weightsFile = 'model.weights.bin';

/** Bytes of one number as it lies in a weight file. */
const bytesPerNumber = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

/** How TensorFlow.js' converter stores numbers in fewer bytes: `scale * stored + min`, or in half precision. */
const quantizationSchema = z.discriminatedUnion('dtype', [
  z.looseObject({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() }),
  z.looseObject({ dtype: z.literal('float16') }),
]);

/** One weight. Texts, which TensorFlow.js knows too, are no weights of a layer. */
const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32', 'bool', 'complex64']),
  quantization: quantizationSchema.optional(),
});

const manifestSchema = z.looseObject({
  modelTopology: z.looseObject({}),
  weightsManifest: z
    .array(
      z.looseObject({
        paths: z.array(z.string().regex(/^[^/\\]+$/, 'the name of a file in the same folder')).min(1),
        weights: z.array(weightSchema),
      }),
    )
    .min(1),
});

/**
 * Writes a tf.layers model into a folder in TensorFlow.js' own layout, `model.json` and `model.weights.bin`, without
 * tfjs-node. Any TensorFlow.js program can load it. Returns the names of the files.
 */
export async function saveLayersModel(model: tfl.LayersModel, dir: string): Promise<readonly string[]> {
  makeFolder(dir);
  await model.save(tf.io.withSaveHandler((artifacts) => writeArtifacts(artifacts, dir)));
  return [topologyFile, weightsFile];
}

/**
 * Loads a tf.layers model from a folder that holds TensorFlow.js' `model.json` and its weight files.
 *
 * @throws MODEL_INVALID naming the file that is missing or damaged.
 */
export async function loadLayersModel(dir: string): Promise<tfl.LayersModel> {
  const artifacts = await readArtifacts(dir);
  try {
    return await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail('MODEL_INVALID', `TensorFlow.js cannot read the model: ${reason}`, { source: dir }, error);
  }
}

async function writeArtifacts(artifacts: tf.io.ModelArtifacts, dir: string): Promise<tf.io.SaveResult> {
  const { weightData, weightSpecs, ...topology } = artifacts;
  const bytes = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData));
  const document = { ...topology, weightsManifest: [{ paths: [weightsFile], weights: weightSpecs ?? [] }] };
  await writeFile(join(dir, weightsFile), bytes);
  await writeFile(join(dir, topologyFile), `${JSON.stringify(document)}\n`);
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

async function readArtifacts(dir: string): Promise<tf.io.ModelArtifacts> {
  const source = join(dir, topologyFile);
  const { weightsManifest, modelTopology } = parseWith(manifestSchema, await readJson(source), source, 'MODEL_INVALID');
  const paths = weightsManifest.flatMap((group) => group.paths);
  const parts = await Promise.all(paths.map((path) => readBytes(join(dir, path))));
  const bytes = new Uint8Array(Buffer.concat(parts));
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  const expected = weightSpecs.reduce((sum, weight) => sum + storedBytes(weight), 0);
  if (bytes.length !== expected) {
    fail('MODEL_INVALID', 'The weights of a TensorFlow.js model have the wrong length.', {
      source: paths.map((path) => join(dir, path)).join(', '),
      found: `${bytes.length} bytes`,
      accepted: `${expected} bytes`,
    });
  }
  return { modelTopology, weightSpecs: weightSpecs as tf.io.WeightsManifestEntry[], weightData: bytes.buffer };
}

function storedBytes({ shape, dtype, quantization }: z.output<typeof weightSchema>): number {
  return bytesPerNumber[quantization?.dtype ?? dtype] * tf.util.sizeFromShape(shape);
}
