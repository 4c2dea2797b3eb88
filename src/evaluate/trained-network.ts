import { existsSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { fail, parseWith, readDocument } from '../config/index.js';
import type { Normalisation } from '../data/index.js';
import { importOnnx, loadModel, readModelInfo } from '../interop/index.js';
import { Model } from '../nn/index.js';

/** A network that was trained elsewhere or before, and how its images are normalised where that is written beside it. */
export interface TrainedNetworkFile {
  readonly name: string;
  readonly model: Model;
  readonly normalise: Normalisation | undefined;
}

const perChannel = z.array(z.number()).min(1);

/** The file beside a network that says how its images are normalised; other keys in it are nobody's business. */
const sidecarSchema = z
  .object({ mean: perChannel, std: z.array(z.number().positive()).min(1) })
  .refine(({ mean, std }) => mean.length === std.length, { error: 'as many deviations as means' });

/**
 * Opens a trained network: an ONNX file, or a folder that `exportModel` wrote. A file `<network>.json` beside
 * `<network>.onnx` may hold `{"mean": [...], "std": [...]}`, on pixels / 255; an exported folder brings its own.
 *
 * @param given a normalisation that takes the place of the network's own, which is then not read
 * @throws MODEL_INVALID, CONFIG_INVALID
 * @example const { model } = await openTrainedNetwork('resnet20.onnx');
 */
export async function openTrainedNetwork(path: string, given?: Normalisation): Promise<TrainedNetworkFile> {
  if (!existsSync(path)) {
    fail('MODEL_INVALID', 'There is no such network.', {
      source: path,
      found: 'no such file',
      accepted: 'an ONNX file, or a folder that `kirchhoff export` or a run wrote',
    });
  }
  return statSync(path).isDirectory() ? openFolder(path, given) : openOnnx(path, given);
}

async function openFolder(path: string, given: Normalisation | undefined): Promise<TrainedNetworkFile> {
  const { normalise } = await readModelInfo(path);
  const own = () => (normalise === undefined ? undefined : parseWith(sidecarSchema, normalise, path, 'MODEL_INVALID'));
  return { name: basename(path), model: await loadModel(path), normalise: given ?? own() };
}

async function openOnnx(path: string, given: Normalisation | undefined): Promise<TrainedNetworkFile> {
  const { graph, weights } = await importOnnx(path);
  const sidecar = `${path.slice(0, path.length - extname(path).length)}.json`;
  const normalise = given ?? (saysNormalisation(sidecar) ? readNormalisation(sidecar) : undefined);
  return { name: basename(path, extname(path)), model: Model.fromWeights(graph, weights), normalise };
}

/** Whether there is a file of that name that is about a normalisation: others are left to whoever they belong to. */
function saysNormalisation(file: string): boolean {
  if (!existsSync(file)) return false;
  const document = readDocument(file);
  return typeof document === 'object' && document !== null && ('mean' in document || 'std' in document);
}

/**
 * Reads `{"mean": [...], "std": [...]}` from a YAML or JSON file.
 * @throws CONFIG_UNREADABLE, CONFIG_SYNTAX, CONFIG_INVALID
 */
export function readNormalisation(file: string): Normalisation {
  return parseWith(sidecarSchema, readDocument(file), file);
}
