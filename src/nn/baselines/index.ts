import { fail, nearestWord } from '../../config/index.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { autoencoder } from './autoencoder.js';
import { dsCnn } from './ds-cnn.js';
import { mobileNetV1 } from './mobilenet-v1.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { resnet } from './resnet.js';
import { resnet8, resnetTiny } from './resnet8.js';
import { wideResnet } from './wide-resnet.js';

const baselines: Readonly<Record<string, () => NetworkGraph>> = {
  'resnet-tiny': resnetTiny,
  resnet8,
  resnet20: () => resnet({ depth: 20 }),
  'resnet20-b': () => resnet({ depth: 20, option: 'B' }),
  resnet32: () => resnet({ depth: 32 }),
  'resnet32-b': () => resnet({ depth: 32, option: 'B' }),
  resnet56: () => resnet({ depth: 56 }),
  'resnet56-b': () => resnet({ depth: 56, option: 'B' }),
  'ds-cnn': dsCnn,
  'mobilenet-v1-0.25': () => mobileNetV1(),
  'mobilenet-v2': () => mobileNetV2(),
  'mobilenet-v2-0.5': () => mobileNetV2(0.5),
  'mobilenet-v2-0.35': () => mobileNetV2(0.35),
  'wrn-16-4': () => wideResnet(16, 4),
  'wrn-28-10': () => wideResnet(28, 10),
  autoencoder,
};

/** Names that {@link baselineGraph} knows. */
export const baselineNames: readonly string[] = Object.keys(baselines);

/** The published network of a name. Throws GRAPH_INVALID, listing the names, where there is none. */
export function baselineGraph(name: string): NetworkGraph {
  const build = Object.hasOwn(baselines, name) ? baselines[name] : undefined;
  if (build !== undefined) return build();
  const guess = nearestWord(name, baselineNames);
  return fail('GRAPH_INVALID', `There is no baseline network "${name}".`, {
    accepted: baselineNames.join(', '),
    ...(guess !== undefined && { hint: `did you mean "${guess}"?` }),
  });
}
