import { z } from 'zod';
import { type OpDefinition, showShape } from '../op-definition.js';
import { nodeFields, positive } from './fields.js';

const padSchema = z
  .strictObject({
    ...nodeFields,
    op: z.literal('pad'),
    padding: z.array(z.tuple([z.int().min(0), z.int().min(0)]).readonly()).readonly(),
    value: z.number().default(0),
  })
  .readonly();

const stridedSliceSchema = z
  .strictObject({
    ...nodeFields,
    op: z.literal('stridedSlice'),
    begin: z.array(z.int().min(0)).readonly(),
    end: z.array(positive).readonly(),
    strides: z.array(positive).readonly(),
  })
  .readonly();

/** `value` around the sample: `padding[i]` = [before, after] on axis i, counted without the batch axis. */
export type PadNode = z.output<typeof padSchema>;
/** Every `strides[i]`-th value of axis i from `begin[i]` up to, without, `end[i]`. */
export type StridedSliceNode = z.output<typeof stridedSliceSchema>;

export const pad: OpDefinition<PadNode> = {
  schema: padSchema,
  inputs: [1, 1],
  inferShape: (node, [x]) =>
    node.padding.length === x!.length
      ? x!.map((size, i) => size + node.padding[i]![0] + node.padding[i]![1])
      : `pads ${node.padding.length} axes, but the input is ${showShape(x!)}`,
};

export const stridedSlice: OpDefinition<StridedSliceNode> = {
  schema: stridedSliceSchema,
  inputs: [1, 1],
  inferShape({ begin, end, strides }, [x]) {
    const ranks = [begin.length, end.length, strides.length];
    if (ranks.some((rank) => rank !== x!.length)) return `slices ${ranks} axes, but the input is ${showShape(x!)}`;
    const sizes = x!.map((size, i) => Math.ceil((Math.min(end[i]!, size) - begin[i]!) / strides[i]!));
    return sizes.every((size) => size > 0)
      ? sizes
      : `[${begin}] to [${end}] is empty within an input of ${showShape(x!)}`;
  },
};
