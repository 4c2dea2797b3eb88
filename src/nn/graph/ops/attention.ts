import { z } from 'zod';
import { type MatrixSpec, type OpDefinition, showShape, type WeightSpec } from '../op-definition.js';
import { nodeFields, positive } from './fields.js';

const attentionSchema = z
  .strictObject({
    ...nodeFields,
    op: z.literal('attention'),
    heads: positive,
    keySize: positive,
    causal: z.boolean().default(false),
    bias: z.boolean().default(true),
  })
  .readonly();

const layerNormSchema = z
  .strictObject({ ...nodeFields, op: z.literal('layerNorm'), epsilon: z.number().positive().default(1e-5) })
  .readonly();

/**
 * Self-attention of several heads over [time, features] (Vaswani et al. 2017). `causal` lets a time step see itself and
 * those before it only. Weights `queryKernel`, `keyKernel`, `valueKernel` [features, heads * keySize] and `outputKernel`
 * [heads * keySize, features], each with a bias. These four live on crossbars; scores and sums are digital.
 */
export type AttentionNode = z.output<typeof attentionSchema>;

/** Normalisation of each vector along the last axis by its own mean and variance. Weights `gamma`, `beta`. */
export type LayerNormNode = z.output<typeof layerNormSchema>;

const parts = ['query', 'key', 'value', 'output'] as const;

export const attention: OpDefinition<AttentionNode> = {
  schema: attentionSchema,
  inputs: [1, 1],
  inferShape: (_, [x]) => (x!.length === 2 ? x! : `needs an input of time x features, got ${showShape(x!)}`),
  weights: (node, [x]) =>
    parts.flatMap((part): WeightSpec[] => {
      const [rows, columns] = matrixSize(node, x![1]!, part);
      const init = { kind: 'glorot', fanIn: rows, fanOut: columns } as const;
      const kernel = { name: `${part}Kernel`, shape: [rows, columns], trainable: true, init };
      const bias: WeightSpec = { name: `${part}Bias`, shape: [columns], trainable: true, init: { kind: 'zeros' } };
      return node.bias ? [kernel, bias] : [kernel];
    }),
  matrices: (node, [x]) =>
    parts.map((part): MatrixSpec => {
      const [inSize, outSize] = matrixSize(node, x![1]!, part);
      return {
        suffix: part,
        shape: { kind: 'dense', inSize, outSize },
        positions: x![0]!,
        kernel: `${part}Kernel`,
        bias: node.bias ? `${part}Bias` : null,
        weights: inSize * outSize,
      };
    }),
};

export const layerNorm: OpDefinition<LayerNormNode> = {
  schema: layerNormSchema,
  inputs: [1, 1],
  inferShape: (_, [x]) => x!,
  weights: (_, [x]) => [
    { name: 'gamma', shape: [x!.at(-1)!], trainable: true, init: { kind: 'ones' } },
    { name: 'beta', shape: [x!.at(-1)!], trainable: true, init: { kind: 'zeros' } },
  ],
};

function matrixSize({ heads, keySize }: AttentionNode, features: number, part: (typeof parts)[number]) {
  const inner = heads * keySize;
  return part === 'output' ? ([inner, features] as const) : ([features, inner] as const);
}
