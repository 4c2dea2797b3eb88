import { z } from 'zod';
import { type OpDefinition, type Shape, showShape } from '../op-definition.js';
import { windowOutput } from '../windows.js';
import { nodeFields, padding, pair } from './fields.js';

const windowFields = { ...nodeFields, kernel: pair, strides: pair, padding: padding.default('valid') };
const maxPoolSchema = z.strictObject({ ...windowFields, op: z.literal('maxPool') }).readonly();
const avgPoolSchema = z.strictObject({ ...windowFields, op: z.literal('avgPool') }).readonly();
const globalAvgPoolSchema = z.strictObject({ ...nodeFields, op: z.literal('globalAvgPool') }).readonly();
const globalMaxPoolSchema = z.strictObject({ ...nodeFields, op: z.literal('globalMaxPool') }).readonly();

/** Greatest value of each window. */
export type MaxPoolNode = z.output<typeof maxPoolSchema>;
/** Mean of each window; padding does not count. */
export type AvgPoolNode = z.output<typeof avgPoolSchema>;
/** Mean of each channel: [h, w, c] becomes [c]. */
export type GlobalAvgPoolNode = z.output<typeof globalAvgPoolSchema>;
/** Greatest value of each channel: [h, w, c] becomes [c]. */
export type GlobalMaxPoolNode = z.output<typeof globalMaxPoolSchema>;

function pooledShape(node: MaxPoolNode | AvgPoolNode, [image]: readonly Shape[]): Shape | string {
  const { padding, kernel } = node;
  // a window that holds nothing but padding has neither a mean nor a greatest value
  if (Array.isArray(padding) && padding.some((sides, axis) => Math.max(...sides) >= kernel[axis]!)) {
    return `padding of ${JSON.stringify(padding)} is as wide as the window of ${showShape(kernel)}`;
  }
  const size = windowOutput(image!, node);
  return typeof size === 'string' ? size : [...size, image![2]!];
}

function channelsOnly([image]: readonly Shape[]): Shape | string {
  return image!.length === 3 ? [image![2]!] : `needs height x width x channels, got ${showShape(image!)}`;
}

export const maxPool: OpDefinition<MaxPoolNode> = { schema: maxPoolSchema, inputs: [1, 1], inferShape: pooledShape };

export const avgPool: OpDefinition<AvgPoolNode> = { schema: avgPoolSchema, inputs: [1, 1], inferShape: pooledShape };

export const globalAvgPool: OpDefinition<GlobalAvgPoolNode> = {
  schema: globalAvgPoolSchema,
  inputs: [1, 1],
  inferShape: (_, inputs) => channelsOnly(inputs),
};

export const globalMaxPool: OpDefinition<GlobalMaxPoolNode> = {
  schema: globalMaxPoolSchema,
  inputs: [1, 1],
  inferShape: (_, inputs) => channelsOnly(inputs),
};
