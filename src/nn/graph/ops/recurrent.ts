import { z } from 'zod';
import { type MatrixSpec, type OpDefinition, type Shape, showShape, type WeightSpec } from '../op-definition.js';
import { nodeFields, positive } from './fields.js';

const common = {
  ...nodeFields,
  units: positive,
  returnSequences: z.boolean().default(false),
  reverse: z.boolean().default(false),
};
const lstmSchema = z.strictObject({ ...common, op: z.literal('lstm') }).readonly();
const gruSchema = z.strictObject({ ...common, op: z.literal('gru'), resetAfter: z.boolean().default(true) }).readonly();

/**
 * Long short-term memory over [time, features]: the last hidden state [units], or all [time, units]. `reverse` reads
 * from the last time step to the first; a sequence it returns is in reading order turned back to time order.
 * Weights, gates in the order input, forget, cell, output: `kernel` [features, 4 units], `recurrentKernel`
 * [units, 4 units], `bias` [4 units].
 */
export type LstmNode = z.output<typeof lstmSchema>;

/**
 * Gated recurrent unit over [time, features]; outputs as for an LSTM. Weights, gates in the order update, reset, new:
 * `kernel` [features, 3 units], `recurrentKernel` [units, 3 units], `bias` [3 units], `recurrentBias` [3 units].
 * `resetAfter` applies the reset gate after the recurrent product (cuDNN, PyTorch), else before.
 */
export type GruNode = z.output<typeof gruSchema>;

export const lstm: OpDefinition<LstmNode> = {
  schema: lstmSchema,
  inputs: [1, 1],
  inferShape: sequenceShape,
  weights: (node, [x]) => recurrentWeights(x!, node.units, 4, ['bias']),
  matrices: (node, [x]) => recurrentMatrices(x!, node.units, 4, null),
};

export const gru: OpDefinition<GruNode> = {
  schema: gruSchema,
  inputs: [1, 1],
  inferShape: sequenceShape,
  weights: (node, [x]) => recurrentWeights(x!, node.units, 3, ['bias', 'recurrentBias']),
  matrices: (node, [x]) => recurrentMatrices(x!, node.units, 3, 'recurrentBias'),
};

function sequenceShape(node: LstmNode | GruNode, [x]: readonly Shape[]): Shape | string {
  if (x!.length !== 2) return `needs an input of time x features, got ${showShape(x!)}`;
  return node.returnSequences ? [x![0]!, node.units] : [node.units];
}

function recurrentWeights([, features]: Shape, units: number, gates: number, biases: string[]): WeightSpec[] {
  const columns = gates * units;
  const matrix = (name: string, rows: number): WeightSpec => ({
    name,
    shape: [rows, columns],
    trainable: true,
    init: { kind: 'glorot', fanIn: rows, fanOut: units },
  });
  const bias = (name: string): WeightSpec => ({ name, shape: [columns], trainable: true, init: { kind: 'zeros' } });
  return [matrix('kernel', features!), matrix('recurrentKernel', units), ...biases.map(bias)];
}

function recurrentMatrices(
  [time, features]: Shape,
  units: number,
  gates: number,
  recurrentBias: string | null,
): MatrixSpec[] {
  const columns = gates * units;
  const matrix = (suffix: string, rows: number, kernel: string, bias: string | null): MatrixSpec => ({
    suffix,
    shape: { kind: 'dense', inSize: rows, outSize: columns },
    positions: time!,
    kernel,
    bias,
    weights: rows * columns,
  });
  return [matrix('input', features!, 'kernel', 'bias'), matrix('recurrent', units, 'recurrentKernel', recurrentBias)];
}
