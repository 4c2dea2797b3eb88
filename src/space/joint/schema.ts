import { z } from 'zod';
import { geneRangeSchema } from '../gene-range.js';

/** Definition of a space of architectures together with the crossbars that they run on. */
export const jointSchema = z
  .strictObject({
    $schema: z.string().optional(),
    family: z.literal('joint'),
    name: z.string().min(1),
    description: z.string().default(''),
    /** The space of the architectures: its name, the path of its file, or what such a file holds. Its limits hold here too. */
    architectures: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
    crossbar: z.strictObject({
      /** Rows and columns of a tile. */
      tile: geneRangeSchema(16, 4096),
      dacBits: geneRangeSchema(2, 16),
      adcBits: geneRangeSchema(2, 16),
      /** Read windows per product. */
      phases: z
        .array(z.union([z.literal(1), z.literal(4)]))
        .min(1)
        .transform((values): readonly number[] => [...new Set(values)].sort((a, b) => a - b)),
    }),
  })
  .readonly();

export type JointDefinition = z.output<typeof jointSchema>;
