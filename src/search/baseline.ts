import { fail } from '../config/index.js';
import { baselineGraph, inferShapes, type NetworkGraph, resnet8, resnetTiny } from '../nn/index.js';
import type { SpaceTask } from '../space/index.js';

/** Baselines that exist for every image size. */
const adaptable: Readonly<Record<string, typeof resnet8>> = { resnet8, 'resnet-tiny': resnetTiny };

/**
 * The network that the found ones are compared with.
 *
 * @param name one of `baselineNames`, or null for none
 * @throws GRAPH_INVALID for an unknown name; CONFIG_INVALID when that network is for other images
 */
export function baselineFor(name: string | null, task: SpaceTask): NetworkGraph | null {
  if (name === null) return null;
  const graph = adaptable[name]?.({ inputShape: [...task.inputShape], classes: task.classes }) ?? baselineGraph(name);
  const shapes = inferShapes(graph);
  const found = `${shapes.get('input')?.join('x')} to ${shapes.get(graph.output)?.join('x')}`;
  const wanted = `${task.inputShape.join('x')} to ${task.classes}`;
  if (found === wanted) return graph;
  return fail('CONFIG_INVALID', `The baseline "${name}" is a network for other images.`, {
    path: 'final.baseline',
    found,
    accepted: `a network from ${wanted}, for example ${Object.keys(adaptable).join(' or ')}; or null`,
  });
}
