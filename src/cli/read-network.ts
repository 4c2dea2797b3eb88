import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, nearestWord, readDocument } from '../config/index.js';
import { importOnnx } from '../interop/index.js';
import { baselineGraph, baselineNames, type NetworkGraph, parseGraph } from '../nn/index.js';
import { type HardwareChoice, hardwareOf, loadArchitecture, loadSpace } from '../space/index.js';

/** What {@link readNetwork} takes, in words for people. */
export const networkKinds =
  'an architecture (best/architecture.json of a run), an ONNX file, a network graph as JSON, the folder of an exported model, or the name of a baseline';

/**
 * The network that an argument of a command names: {@link networkKinds}.
 *
 * @throws USAGE when there is no such file and no such baseline; the refusals of the file's kind
 */
export async function readNetwork(subject: string): Promise<NetworkGraph> {
  if (baselineNames.includes(subject)) return baselineGraph(subject);
  if (!existsSync(subject)) return refuse(subject);
  if (statSync(subject).isDirectory()) return readGraph(join(subject, 'graph.json'));
  if (subject.endsWith('.onnx')) return (await importOnnx(subject)).graph;
  const document = readDocument(subject);
  if (isMapping(document) && 'nodes' in document) return parseGraph(document, subject);
  if (isMapping(document) && 'task' in document) {
    fail('USAGE', 'This file is the configuration of a search, not a network.', {
      source: subject,
      accepted: networkKinds,
    });
  }
  if (!isMapping(document) || !('space' in document)) {
    fail('USAGE', 'This file describes no network.', {
      source: subject,
      found: isMapping(document) ? `the keys ${Object.keys(document).slice(0, 8).join(', ')}` : 'no keys at all',
      accepted: networkKinds,
    });
  }
  const architecture = loadArchitecture(subject);
  return loadSpace(architecture.space).build(architecture);
}

/** What an architecture in a file, or beside an exported model, chose of its crossbars; null where it left them open. */
export function crossbarChoice(subject: string): HardwareChoice | null {
  const file = statSync(subject, { throwIfNoEntry: false })?.isDirectory()
    ? join(subject, 'architecture.json')
    : subject;
  if (!file.endsWith('.json') || !existsSync(file)) return null;
  const document = readDocument(file);
  return isMapping(document) && isMapping(document.params) ? hardwareOf(loadArchitecture(file)) : null;
}

function readGraph(file: string): NetworkGraph {
  const document = readDocument(file);
  return parseGraph(isMapping(document) && 'graph' in document ? document.graph : document, file);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function refuse(subject: string): never {
  const guess = nearestWord(subject, baselineNames);
  return fail('USAGE', 'There is no such network.', {
    source: '<network>',
    found: subject,
    accepted: `a file or folder that exists, or one of ${baselineNames.join(', ')}`,
    ...(guess !== undefined && { hint: guess }),
  });
}
