import { z } from 'zod';

/** What a lower fidelity may save on. */
const resources = ['epochs', 'data', 'repeats'] as const;

/** The `search.halving` section of a configuration. */
export const halvingSchema = z
  .strictObject({
    factor: z
      .int()
      .min(2)
      .default(3)
      .describe('of so many trials on a rung one is promoted, to so many times the cost'),
    rungs: z.int().min(2).default(3).describe('fidelities, the last one full'),
    of: z
      .array(z.enum(resources))
      .min(1)
      .default(['epochs'])
      .describe('what lower rungs save on: epochs of both trainings, training images, programmings'),
  })
  .describe('successive halving (ASHA): begin every architecture at low fidelity and promote the best; off if absent');

/** Successive halving as a configuration asks for it. */
export type Halving = z.output<typeof halvingSchema>;
