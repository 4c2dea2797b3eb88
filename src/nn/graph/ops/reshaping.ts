import { z } from 'zod';
import { type OpDefinition, showShape, sizeOf } from '../op-definition.js';
import { nodeFields, positive } from './fields.js';

const flattenSchema = z.strictObject({ ...nodeFields, op: z.literal('flatten') }).readonly();
const reshapeSchema = z
  .strictObject({ ...nodeFields, op: z.literal('reshape'), shape: z.array(positive).readonly() })
  .readonly();
const transposeSchema = z
  .strictObject({ ...nodeFields, op: z.literal('transpose'), permutation: z.array(z.int().min(0)).readonly() })
  .readonly();

/** All values of a sample on one axis, last axis fastest. */
export type FlattenNode = z.output<typeof flattenSchema>;
/** The same values in another shape (without the batch axis). */
export type ReshapeNode = z.output<typeof reshapeSchema>;
/** Axes in another order: output axis i is input axis `permutation[i]`, both counted without the batch axis. */
export type TransposeNode = z.output<typeof transposeSchema>;

export const flatten: OpDefinition<FlattenNode> = {
  schema: flattenSchema,
  inputs: [1, 1],
  inferShape: (_, [x]) => [sizeOf(x!)],
};

export const reshape: OpDefinition<ReshapeNode> = {
  schema: reshapeSchema,
  inputs: [1, 1],
  inferShape: (node, [x]) =>
    sizeOf(node.shape) === sizeOf(x!)
      ? node.shape
      : `${showShape(x!)} (${sizeOf(x!)} values) cannot become ${showShape(node.shape)} (${sizeOf(node.shape)} values)`,
};

export const transpose: OpDefinition<TransposeNode> = {
  schema: transposeSchema,
  inputs: [1, 1],
  inferShape(node, [x]) {
    const sorted = [...node.permutation].sort((a, b) => a - b);
    if (sorted.length !== x!.length || sorted.some((axis, i) => axis !== i)) {
      return `permutation [${node.permutation}] is not an order of the ${x!.length} axes of ${showShape(x!)}`;
    }
    return node.permutation.map((axis) => x![axis]!);
  },
};
