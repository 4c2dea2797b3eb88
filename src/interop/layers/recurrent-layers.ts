import * as tfl from '@tensorflow/tfjs-layers';
import type { NodeOf, WeightValues } from '../../nn/index.js';
import type { LayerContext } from './layer-writer.js';

const gates = { activation: 'tanh', recurrentActivation: 'sigmoid', kernelInitializer: 'zeros' } as const;

/** An LSTM layer; gates are in the same order in both. */
export function lstm(node: NodeOf<'lstm'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const layer = tfl.layers.lstm({
    ...gates,
    ...sequence(node),
    name: writer.name(node.id),
    recurrentInitializer: 'zeros',
    unitForgetBias: false,
  });
  const values = ['kernel', 'recurrentKernel', 'bias'].map((name) => writer.weight(node, name));
  return writer.apply(layer, inputs, values);
}

/** A GRU layer that resets before the recurrent product; it has one bias, the sum of ours. */
export function gru(node: NodeOf<'gru'>, { writer, inputs }: LayerContext): tfl.SymbolicTensor {
  const layer = tfl.layers.gru({
    ...gates,
    ...sequence(node),
    name: writer.name(node.id),
    recurrentInitializer: 'zeros',
  });
  const bias = sum(writer.weight(node, 'bias'), writer.weight(node, 'recurrentBias'));
  return writer.apply(layer, inputs, [writer.weight(node, 'kernel'), writer.weight(node, 'recurrentKernel'), bias]);
}

function sequence(node: NodeOf<'lstm' | 'gru'>) {
  return { units: node.units, returnSequences: node.returnSequences, goBackwards: node.reverse };
}

function sum(a: WeightValues, b: WeightValues): WeightValues {
  return { shape: a.shape, data: a.data.map((value, i) => value + b.data[i]!) };
}
