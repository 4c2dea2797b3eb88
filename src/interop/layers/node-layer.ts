import * as tfl from '@tensorflow/tfjs-layers';
import { applyNode, type GraphNode, outputShape } from '../../nn/index.js';
import { tf } from '../../tensor/index.js';

type Shape = (number | null)[];

/**
 * A tf.layers layer that computes one node of a network graph without weights. It stands where tf.layers has no layer
 * for an operation; a saved model that contains one needs this package to load.
 */
export class NodeLayer extends tfl.layers.Layer {
  static className = 'KirchhoffNode';
  readonly #node: GraphNode;

  constructor(config: { name?: string; node: GraphNode | string }) {
    super({ ...(config.name !== undefined && { name: config.name }) });
    this.#node = typeof config.node === 'string' ? (JSON.parse(config.node) as GraphNode) : config.node;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return applyNode(this.#node, [inputs].flat());
  }

  override computeOutputShape(shapes: Shape | Shape[]): Shape {
    const list = (Array.isArray(shapes[0]) ? shapes : [shapes]) as Shape[];
    const samples = list.map(([, ...sample]) => sample as number[]);
    return [list[0]![0] ?? null, ...outputShape(this.#node, samples)];
  }

  /** The node is stored as text: tf.layers rewrites the keys of nested objects. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), node: JSON.stringify(this.#node) };
  }
}

tf.serialization.registerClass(NodeLayer);
