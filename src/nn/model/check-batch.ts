import { tf } from '../../tensor/index.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { showShape } from '../graph/op-definition.js';

/** @throws TypeError unless `x` is a batch of what the network takes */
export function checkBatch({ name, nodes }: NetworkGraph, x: tf.Tensor): void {
  const input = nodes.find((node) => node.op === 'input')!;
  if (tf.util.arraysEqual(x.shape.slice(1), [...input.shape])) return;
  throw new TypeError(`network ${name}: expected a batch of ${showShape(input.shape)}, got shape [${x.shape}]`);
}
