import { fail } from '../../config/index.js';
import type { Rng } from '../../tensor/index.js';
import { randomNormal, tf } from '../../tensor/index.js';
import { networkWeights } from '../graph/count-network.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { showShape, type WeightSpec } from '../graph/op-definition.js';

/** The values of one weight tensor, last axis fastest. */
export interface WeightValues {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The weights of a network by full name: `<nodeId>/kernel`, `bias`, `gamma`, `beta`, `movingMean`, `movingVariance`. */
export type WeightMap = Readonly<Record<string, WeightValues>>;

/** Variables with fresh weights. Each weight draws from the stream that its name gives. */
export function initialVariables(graph: NetworkGraph, rng: Rng): Map<string, tf.Variable> {
  return makeVariables(networkWeights(graph), (spec) => initialValue(spec, rng.child(spec.name)));
}

/**
 * Variables with given weights.
 *
 * @throws MODEL_INVALID naming the weights that are missing, unknown, or of another shape than the graph asks for
 */
export function variablesFrom(graph: NetworkGraph, weights: WeightMap): Map<string, tf.Variable> {
  const specs = networkWeights(graph);
  assertComplete(graph.name, specs, weights);
  return makeVariables(specs, ({ name }) => tf.tensor(weights[name]!.data.slice(), [...weights[name]!.shape]));
}

function makeVariables(specs: readonly WeightSpec[], make: (spec: WeightSpec) => tf.Tensor): Map<string, tf.Variable> {
  return new Map(
    specs.map((spec) => [spec.name, tf.tidy(() => tf.variable(make(spec), spec.trainable) as tf.Variable)]),
  );
}

function initialValue({ shape, init }: WeightSpec, rng: Rng): tf.Tensor {
  switch (init.kind) {
    case 'zeros':
      return tf.zeros([...shape]);
    case 'ones':
      return tf.ones([...shape]);
    case 'he':
      return randomNormal(shape, rng, 0, Math.sqrt(2 / init.fanIn));
    case 'glorot':
      return randomNormal(shape, rng, 0, Math.sqrt(2 / (init.fanIn + init.fanOut)));
  }
}

function assertComplete(network: string, specs: readonly WeightSpec[], weights: WeightMap): void {
  for (const { name, shape } of specs) {
    const values = weights[name];
    if (values === undefined) fail('MODEL_INVALID', `The weights of network ${network} lack "${name}".`);
    const fits = values.shape.length === shape.length && values.shape.every((size, axis) => size === shape[axis]);
    if (!fits || values.data.length !== shape.reduce((product, size) => product * size, 1)) {
      fail('MODEL_INVALID', `Weight "${name}" of network ${network} has the wrong shape.`, {
        found: `${showShape(values.shape)} (${values.data.length} values)`,
        accepted: showShape(shape),
      });
    }
  }
  const known = new Set(specs.map(({ name }) => name));
  const stranger = Object.keys(weights).find((name) => !known.has(name));
  if (stranger !== undefined) fail('MODEL_INVALID', `Network ${network} has no weight "${stranger}".`);
}
