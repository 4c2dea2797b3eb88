import { z } from 'zod';
import { type OpDefinition, sizeOf } from '../op-definition.js';
import { nodeFields, positive } from './fields.js';

const schema = z
  .strictObject({ ...nodeFields, op: z.literal('dense'), units: positive, bias: z.boolean().default(true) })
  .readonly();

/** Matrix product over the last axis. Weights: `kernel` [inputs, units], `bias` [units]. */
export type DenseNode = z.output<typeof schema>;

export const dense: OpDefinition<DenseNode> = {
  schema,
  inputs: [1, 1],
  inferShape: (node, [x]) => (x!.length === 0 ? 'needs at least one axis' : [...x!.slice(0, -1), node.units]),
  weights(node, [x]) {
    const fanIn = x!.at(-1)!;
    return [
      { name: 'kernel', shape: [fanIn, node.units], trainable: true, init: { kind: 'he', fanIn } },
      ...(node.bias ? [{ name: 'bias', shape: [node.units], trainable: true, init: { kind: 'zeros' } } as const] : []),
    ];
  },
  matrices(node, [x]) {
    const inSize = x!.at(-1)!;
    return [
      {
        suffix: '',
        shape: { kind: 'dense', inSize, outSize: node.units },
        positions: sizeOf(x!.slice(0, -1)),
        kernel: 'kernel',
        bias: node.bias ? 'bias' : null,
        weights: inSize * node.units,
      },
    ];
  },
};
