import { z } from 'zod';
import { type OpDefinition, showShape } from '../op-definition.js';
import { windowOutput } from '../windows.js';
import { nodeFields, padding, pair, positive } from './fields.js';

const schema = z
  .strictObject({
    ...nodeFields,
    op: z.literal('conv2d'),
    kernel: pair,
    filters: positive,
    strides: pair.default([1, 1]),
    padding: padding.default('same'),
    dilations: pair.default([1, 1]),
    groups: positive.default(1),
    bias: z.boolean().default(true),
  })
  .readonly();

/**
 * Convolution of an image. Weights: `kernel` [kh, kw, channels / groups, filters], `bias` [filters]. On a crossbar a
 * grouped convolution is one matrix with zeros between the groups.
 */
export type Conv2dNode = z.output<typeof schema>;

export const conv2d: OpDefinition<Conv2dNode> = {
  schema,
  inputs: [1, 1],
  inferShape(node, [image]) {
    const size = windowOutput(image!, node);
    if (typeof size === 'string') return size;
    if (image![2]! % node.groups !== 0 || node.filters % node.groups !== 0) {
      return `${node.groups} groups must divide the channels of the input ${showShape(image!)} and the ${node.filters} filters`;
    }
    return [...size, node.filters];
  },
  weights(node, [image]) {
    const channels = image![2]! / node.groups;
    const fanIn = node.kernel[0] * node.kernel[1] * channels;
    const kernel = { name: 'kernel', shape: [...node.kernel, channels, node.filters], trainable: true } as const;
    const bias = { name: 'bias', shape: [node.filters], trainable: true, init: { kind: 'zeros' } } as const;
    return [{ ...kernel, init: { kind: 'he', fanIn } }, ...(node.bias ? [bias] : [])];
  },
  matrices(node, [image], [height, width]) {
    const { kernel, strides, padding, dilations, filters } = node;
    const inChannels = image![2]!;
    return [
      {
        suffix: '',
        shape: {
          ...{ kind: 'conv2d', kernel, inChannels, outChannels: filters, strides, padding, dilations },
          ...(node.groups > 1 && { groups: node.groups }),
        },
        positions: height! * width!,
        kernel: 'kernel',
        bias: node.bias ? 'bias' : null,
        weights: (kernel[0] * kernel[1] * inChannels * filters) / node.groups,
      },
    ];
  },
};
