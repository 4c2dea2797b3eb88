import { tf } from '../../tensor/index.js';
import type { Shape } from '../graph/op-definition.js';
import { type GraphNode, opOf } from '../graph/ops/index.js';
import { digitalEngine } from './digital-engine.js';
import { binders } from './ops/index.js';
import type { Binder } from './runner.js';

/** Computes a node without weights on tensors with a batch axis, exactly. The caller owns the result. */
export function applyNode(node: GraphNode, inputs: readonly tf.Tensor[]): tf.Tensor {
  const inputShapes = inputs.map(({ shape }) => shape.slice(1));
  const bind = binders[node.op as keyof typeof binders] as Binder<GraphNode>;
  const run = bind(node, {
    inputShapes,
    outputShape: outputShape(node, inputShapes),
    weight: (name) => {
      throw new TypeError(`node "${node.id}" (${node.op}) has weights such as "${name}"`);
    },
    matrices: [],
    fusedRelu: false,
  });
  return tf.tidy(() =>
    run(inputs, { engine: digitalEngine, training: false, rng: undefined, means: [], variances: [] }),
  );
}

/** Shape of a node's output, without the batch axis. Throws a TypeError where the inputs do not fit. */
export function outputShape(node: GraphNode, inputShapes: readonly Shape[]): Shape {
  const shape = opOf(node).inferShape(node, inputShapes);
  if (typeof shape === 'string') throw new TypeError(`node "${node.id}" (${node.op}): ${shape}`);
  return shape;
}
