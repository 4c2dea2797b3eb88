import { z } from 'zod';

const count = z.int().min(1);

/** The `evaluation.supernet` section of a configuration. */
export const supernetSchema = z
  .strictObject({
    digitalEpochs: z.int().min(0).default(20).describe('passes over the training images in floating point'),
    hwaEpochs: z
      .int()
      .min(1)
      .default(20)
      .describe('passes after that with the noise of the crossbars in the forward pass'),
    sampling: z
      .enum(['sandwich', 'uniform'])
      .default('sandwich')
      .describe('networks of one step: the largest, the smallest and random ones, or random ones only'),
    subnets: z.int().min(1).max(64).default(4).describe('networks per step, whose gradients are averaged'),
    draws: count.default(256).describe('architectures drawn beforehand; the largest layer at each place is as theirs'),
    calibrationImages: count.default(512).describe('training images for the batch norm statistics of a candidate'),
    check: z
      .int()
      .min(0)
      .default(6)
      .describe('candidates trained and measured in full too, to see how well the supernet ranks; 0 for none'),
  })
  .describe('one network that holds the weights of all candidates; the recipe is that of training');

/** How a supernet is trained and used. */
export type SupernetOptions = z.output<typeof supernetSchema>;
