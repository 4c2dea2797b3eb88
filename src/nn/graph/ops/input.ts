import { z } from 'zod';
import type { OpDefinition } from '../op-definition.js';
import { positive } from './fields.js';

const schema = z
  .strictObject({
    id: z.literal('input'),
    op: z.literal('input'),
    inputs: z.array(z.string()).max(0).readonly().default([]),
    shape: z.array(positive).min(1).readonly(),
  })
  .readonly();

/** Where samples enter. `shape` is the shape of one sample. */
export type InputNode = z.output<typeof schema>;

export const input: OpDefinition<InputNode> = {
  schema,
  inputs: [0, 0],
  inferShape: (node) => node.shape,
};
