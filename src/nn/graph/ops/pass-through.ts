import { z } from 'zod';
import type { OpDefinition } from '../op-definition.js';
import { nodeFields } from './fields.js';

const dropoutSchema = z
  .strictObject({ ...nodeFields, op: z.literal('dropout'), rate: z.number().min(0).lt(1) })
  .readonly();
const identitySchema = z.strictObject({ ...nodeFields, op: z.literal('identity') }).readonly();

/** In training, zeroes a share `rate` of the values and scales the others by 1 / (1 - rate); else hands them on. */
export type DropoutNode = z.output<typeof dropoutSchema>;
/** Hands its input on. */
export type IdentityNode = z.output<typeof identitySchema>;

export const dropout: OpDefinition<DropoutNode> = {
  schema: dropoutSchema,
  inputs: [1, 1],
  inferShape: (_, [x]) => x!,
};

export const identity: OpDefinition<IdentityNode> = {
  schema: identitySchema,
  inputs: [1, 1],
  inferShape: (_, [x]) => x!,
};
