import { z } from 'zod';
import type { OpDefinition } from '../op-definition.js';
import { nodeFields } from './fields.js';

const schema = z
  .strictObject({
    ...nodeFields,
    op: z.literal('batchNorm'),
    epsilon: z.number().positive().default(1e-5),
    momentum: z.number().min(0).max(1).default(0.9),
  })
  .readonly();

/**
 * Batch normalisation over the last axis. Weights `gamma`, `beta`, `movingMean`, `movingVariance`, each [channels].
 * Each training step sets moving = momentum * moving + (1 - momentum) * batch.
 */
export type BatchNormNode = z.output<typeof schema>;

export const batchNorm: OpDefinition<BatchNormNode> = {
  schema,
  inputs: [1, 1],
  inferShape: (_, [x]) => x!,
  weights(_, [x]) {
    const shape = [x!.at(-1)!];
    return [
      { name: 'gamma', shape, trainable: true, init: { kind: 'ones' } },
      { name: 'beta', shape, trainable: true, init: { kind: 'zeros' } },
      { name: 'movingMean', shape, trainable: false, init: { kind: 'zeros' } },
      { name: 'movingVariance', shape, trainable: false, init: { kind: 'ones' } },
    ];
  },
};
