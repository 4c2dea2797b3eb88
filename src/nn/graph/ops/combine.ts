import { z } from 'zod';
import { type OpDefinition, type Shape, showShape } from '../op-definition.js';
import { nodeFields } from './fields.js';

const addSchema = z.strictObject({ ...nodeFields, op: z.literal('add') }).readonly();
const mulSchema = z.strictObject({ ...nodeFields, op: z.literal('mul') }).readonly();
const concatSchema = z.strictObject({ ...nodeFields, op: z.literal('concat'), axis: z.int().default(-1) }).readonly();

/** Sum of two or more inputs; axes of size 1, and missing leading axes, are broadcast. */
export type AddNode = z.output<typeof addSchema>;
/** Product of two or more inputs, broadcast like a sum. */
export type MulNode = z.output<typeof mulSchema>;
/** Inputs side by side along `axis`, counted without the batch axis; negative counts from the end. */
export type ConcatNode = z.output<typeof concatSchema>;

export const add: OpDefinition<AddNode> = {
  schema: addSchema,
  inputs: [2, Infinity],
  inferShape: (_, inputs) => broadcast(inputs),
};

export const mul: OpDefinition<MulNode> = {
  schema: mulSchema,
  inputs: [2, Infinity],
  inferShape: (_, inputs) => broadcast(inputs),
};

export const concat: OpDefinition<ConcatNode> = {
  schema: concatSchema,
  inputs: [2, Infinity],
  inferShape(node, inputs) {
    const [first] = inputs;
    const axis = resolveAxis(node.axis, first!.length);
    if (axis === undefined) return `axis ${node.axis} does not exist in an input of ${showShape(first!)}`;
    const misfit = inputs.find(
      (shape) => shape.length !== first!.length || shape.some((size, i) => i !== axis && size !== first![i]),
    );
    if (misfit !== undefined) {
      return `inputs of ${showShape(first!)} and ${showShape(misfit)} differ outside axis ${node.axis}`;
    }
    return first!.map((size, i) => (i === axis ? inputs.reduce((sum, shape) => sum + shape[i]!, 0) : size));
  },
};

/** Axis counted from 0, or undefined where there is none of that number. */
export function resolveAxis(axis: number, rank: number): number | undefined {
  const resolved = axis < 0 ? axis + rank : axis;
  return resolved >= 0 && resolved < rank ? resolved : undefined;
}

function broadcast(shapes: readonly Shape[]): Shape | string {
  let result = shapes[0]!;
  for (const shape of shapes.slice(1)) {
    const rank = Math.max(result.length, shape.length);
    const merged: number[] = [];
    for (let i = 0; i < rank; i++) {
      const a = result[i - rank + result.length] ?? 1;
      const b = shape[i - rank + shape.length] ?? 1;
      if (a !== b && a !== 1 && b !== 1) {
        return `inputs of ${showShape(result)} and ${showShape(shape)} cannot be combined`;
      }
      merged.push(Math.max(a, b));
    }
    result = merged;
  }
  return result;
}
