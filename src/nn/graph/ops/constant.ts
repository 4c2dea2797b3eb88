import { z } from 'zod';
import type { OpDefinition } from '../op-definition.js';
import { nodeFields, positive } from './fields.js';

const schema = z
  .strictObject({ ...nodeFields, op: z.literal('constant'), shape: z.array(positive).readonly() })
  .readonly();

/** A fixed tensor, the same for each sample. Weight: `value` of the node's shape, not trainable. */
export type ConstantNode = z.output<typeof schema>;

export const constant: OpDefinition<ConstantNode> = {
  schema,
  inputs: [0, 0],
  inferShape: (node) => node.shape,
  weights: (node) => [{ name: 'value', shape: node.shape, trainable: false, init: { kind: 'zeros' } }],
};
