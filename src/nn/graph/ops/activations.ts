import { z } from 'zod';
import type { OpDefinition } from '../op-definition.js';
import { nodeFields } from './fields.js';

/** Activations without parameters. `softmax` runs over the last axis; `gelu` is the exact one with erf. */
export const plainActivations = [
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'hardSwish',
  'hardSigmoid',
  'swish',
  'gelu',
  'softplus',
  'softmax',
] as const;

/** Name of an activation without parameters. */
export type PlainActivation = (typeof plainActivations)[number];

/** An elementwise function (softmax: over the last axis). hardSigmoid(x) = relu6(x + 3) / 6, hardSwish = x * hardSigmoid(x). */
export type ActivationNode = { [Op in PlainActivation]: ActivationNodeOf<Op> }[PlainActivation];

interface ActivationNodeOf<Op extends PlainActivation> {
  readonly id: string;
  readonly op: Op;
  readonly inputs: readonly string[];
}

function activation<Op extends PlainActivation>(op: Op): OpDefinition<ActivationNodeOf<Op>> {
  return {
    schema: z.strictObject({ ...nodeFields, op: z.literal(op) }).readonly() as unknown as z.ZodType<
      ActivationNodeOf<Op>
    >,
    inputs: [1, 1],
    inferShape: (_, [x]) => x!,
  };
}

/** The definitions of all activations without parameters. */
export const activations = Object.fromEntries(plainActivations.map((op) => [op, activation(op)])) as unknown as {
  readonly [Op in PlainActivation]: OpDefinition<ActivationNodeOf<Op>>;
};

const leakyReluSchema = z
  .strictObject({ ...nodeFields, op: z.literal('leakyRelu'), alpha: z.number().default(0.01) })
  .readonly();

/** x where x > 0, alpha * x elsewhere. */
export type LeakyReluNode = z.output<typeof leakyReluSchema>;

export const leakyRelu: OpDefinition<LeakyReluNode> = {
  schema: leakyReluSchema,
  inputs: [1, 1],
  inferShape: (_, [x]) => x!,
};

const clipSchema = z
  .strictObject({ ...nodeFields, op: z.literal('clip'), min: z.number(), max: z.number() })
  .readonly();

/** Values limited to [min, max]. */
export type ClipNode = z.output<typeof clipSchema>;

export const clip: OpDefinition<ClipNode> = {
  schema: clipSchema,
  inputs: [1, 1],
  inferShape: (node, [x]) => (node.min <= node.max ? x! : `min <= max must hold, got ${node.min} and ${node.max}`),
};
