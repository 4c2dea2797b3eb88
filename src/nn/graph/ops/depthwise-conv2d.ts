import { z } from 'zod';
import type { OpDefinition } from '../op-definition.js';
import { windowOutput } from '../windows.js';
import { nodeFields, padding, pair, positive } from './fields.js';

const schema = z
  .strictObject({
    ...nodeFields,
    op: z.literal('depthwiseConv2d'),
    kernel: pair,
    multiplier: positive.default(1),
    strides: pair.default([1, 1]),
    padding: padding.default('same'),
    dilations: pair.default([1, 1]),
    bias: z.boolean().default(true),
  })
  .readonly();

/**
 * One small filter set per channel. Weights: `kernel` [kh, kw, channels, multiplier], `bias` [channels * multiplier].
 * On a crossbar it is a dense block that is zero but for each channel's own filters.
 */
export type DepthwiseConv2dNode = z.output<typeof schema>;

export const depthwiseConv2d: OpDefinition<DepthwiseConv2dNode> = {
  schema,
  inputs: [1, 1],
  inferShape(node, [image]) {
    const size = windowOutput(image!, node);
    return typeof size === 'string' ? size : [...size, image![2]! * node.multiplier];
  },
  weights(node, [image]) {
    const channels = image![2]!;
    const shape = [...node.kernel, channels, node.multiplier];
    const init = { kind: 'he', fanIn: node.kernel[0] * node.kernel[1] } as const;
    const bias = { name: 'bias', trainable: true, init: { kind: 'zeros' } } as const;
    return [
      { name: 'kernel', shape, trainable: true, init },
      ...(node.bias ? [{ ...bias, shape: [channels * node.multiplier] }] : []),
    ];
  },
  matrices(node, [image], [height, width, outChannels]) {
    const { kernel, strides, padding, dilations } = node;
    return [
      {
        suffix: '',
        shape: {
          kind: 'conv2d',
          kernel,
          inChannels: image![2]!,
          outChannels: outChannels!,
          strides,
          padding,
          dilations,
          groups: image![2]!,
        },
        positions: height! * width!,
        kernel: 'kernel',
        bias: node.bias ? 'bias' : null,
        weights: kernel[0] * kernel[1] * outChannels!,
      },
    ];
  },
};
