import type * as tfl from '@tensorflow/tfjs-layers';
import type { GraphNode, Shape, WeightMap, WeightValues } from '../../nn/index.js';
import { tf } from '../../tensor/index.js';

type Layer = InstanceType<typeof tfl.layers.Layer>;

/** Collects the layers of a tf.layers model under construction together with the weights that they shall get. */
export class LayerWriter {
  readonly #values: { layer: Layer; values: readonly WeightValues[] }[] = [];
  readonly #names = new Set<string>();

  constructor(readonly weights: WeightMap) {}

  /** A name that tf.layers accepts and no other layer has. */
  name(id: string): string {
    const legal = id.replace(/[^-A-Za-z0-9._/]/g, '_').replace(/^[^A-Za-z0-9]/, 'n$&');
    let name = legal;
    for (let number = 2; this.#names.has(name); number++) name = `${legal}-${number}`;
    this.#names.add(name);
    return name;
  }

  /** The output of a layer on its inputs; its weights will be `values`, in the layer's order. */
  apply(layer: Layer, inputs: readonly tfl.SymbolicTensor[], values: readonly WeightValues[] = []): tfl.SymbolicTensor {
    const [single, ...others] = inputs;
    const output = layer.apply(others.length === 0 ? single! : [...inputs]) as tfl.SymbolicTensor;
    if (values.length > 0) this.#values.push({ layer, values });
    return output;
  }

  /** Values of a node's weight. */
  weight(node: GraphNode, name: string): WeightValues {
    return this.weights[`${node.id}/${name}`]!;
  }

  /** Gives all layers their weights. */
  writeWeights(): void {
    for (const { layer, values } of this.#values) {
      tf.tidy(() => layer.setWeights(values.map(({ shape, data }) => tf.tensor(data.slice(), [...shape]))));
    }
  }
}

/** What a node is turned into layers with. */
export interface LayerContext {
  readonly writer: LayerWriter;
  readonly inputs: readonly tfl.SymbolicTensor[];
  /** Shapes of the inputs without the batch axis. */
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
}
