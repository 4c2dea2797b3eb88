import { z } from 'zod';
import { geneRangeSchema } from '../gene-range.js';
import { blockTypes } from './block-types.js';

/** Most main blocks an architecture of this family can have; the 22-value encoding has room for five. */
export const MAX_MAIN_BLOCKS = 5;

const letters = blockTypes.map((type) => type.letter);

/** Definition of a space of the AnalogNAS ResNet-like family (the `search-spaces/*.json` files). */
export const analogNasSchema = z
  .strictObject({
    $schema: z.string().optional(),
    family: z.literal('analognas-resnet'),
    name: z.string().min(1),
    description: z.string().default(''),
    task: z.strictObject({
      inputShape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
      classes: z.int().min(2),
    }),
    /** Stride of the stem convolution. */
    stemStride: z.int().min(1).max(4).default(1),
    /** Stride of the first residual block of each main block. */
    strides: z.array(z.int().min(1).max(4)).length(MAX_MAIN_BLOCKS).default([1, 2, 2, 1, 1]),
    genes: z.strictObject({
      outChannel0: geneRangeSchema(1, 1024),
      kernelSize0: geneRangeSchema(1, 15),
      M: geneRangeSchema(1, MAX_MAIN_BLOCKS),
      R: geneRangeSchema(1, 64),
      convBlock: z
        .array(z.enum(letters as [string, ...string[]]))
        .min(1)
        .refine((types) => new Set(types).size === types.length, 'a list in which no block type occurs twice')
        .transform((types) => types.map((type) => letters.indexOf(type as 'A') + 1).sort((a, b) => a - b)),
      widenFact: geneRangeSchema(1, 16),
      B: geneRangeSchema(1, 32),
    }),
    limits: z
      .strictObject({
        params: z.number().positive().optional(),
        macs: z.number().positive().optional(),
        cores: z.number().positive().optional(),
      })
      .default({}),
  })
  .readonly();

export type AnalogNasDefinition = z.output<typeof analogNasSchema>;
