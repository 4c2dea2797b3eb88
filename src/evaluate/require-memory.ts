import { totalmem } from 'node:os';
import { fail } from '../config/index.js';
import { countNetwork, type NetworkGraph } from '../nn/index.js';

/** Bytes that the training of one parameter takes at least: its value, noisy copy, gradient and momentum, 4 bytes each. */
const bytesPerParameter = 16;

/**
 * Refuses a network whose parameters alone leave this machine no memory to train it in.
 *
 * @throws GRAPH_INVALID
 */
export function requireMemory(graph: NetworkGraph): void {
  const { parameters } = countNetwork(graph);
  // 0 and values beyond the machine's mean that nothing else bounds the process
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const most = Math.floor(bytes / bytesPerParameter);
  if (parameters <= most) return;
  fail('GRAPH_INVALID', 'The network is too large to be trained in the memory of this machine.', {
    source: graph.name,
    found: `${parameters.toLocaleString('en-US')} parameters`,
    accepted: `up to ${most.toLocaleString('en-US')} in ${(bytes / 2 ** 30).toFixed(1)} GiB, other than what images and layers take`,
    hint: 'limits.params keeps a search from such networks',
  });
}
