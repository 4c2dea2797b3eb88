import { z } from 'zod';

/** Definition of a cell space in the manner of NAS-Bench-201. */
export const nasBench201Schema = z
  .strictObject({
    $schema: z.string().optional(),
    family: z.literal('nasbench201'),
    name: z.string().min(1),
    description: z.string().default(''),
    task: z.strictObject({
      inputShape: z.tuple([z.int().min(4), z.int().min(4), z.int().min(1)]),
      classes: z.int().min(2),
    }),
    /** Channels of the stem and of the first stage; doubled by each of the two others. */
    stemChannels: z.int().min(1).default(16),
    /** Equal cells in each of the three stages. */
    cellsPerStage: z.int().min(1).default(5),
    limits: z
      .strictObject({
        params: z.number().positive().optional(),
        macs: z.number().positive().optional(),
        cores: z.number().positive().optional(),
      })
      .default({}),
  })
  .readonly();

export type NasBench201Definition = z.output<typeof nasBench201Schema>;
