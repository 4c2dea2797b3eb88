import { z } from 'zod';

/** AIHWKit `MappingParameter`: how a weight matrix is cut into tiles and scaled onto them. */
export const mappingSchema = z.strictObject({
  digitalBias: z.boolean().default(true).describe('bias added digitally; false: as an extra column of the tile'),
  weightScalingOmega: z.number().min(0).default(0).describe('largest analog weight after scaling; 0: no scaling'),
  weightScalingColumnwise: z.boolean().default(false).describe('one scale per output instead of one per tile'),
  weightScalingLrCompensation: z.boolean().default(false).describe('weight gradients keep the mean scale'),
  learnOutScaling: z.boolean().default(false).describe('a learned digital factor on the output'),
  outScalingColumnwise: z.boolean().default(false).describe('one learned factor per output'),
  maxInputSize: z.number().int().min(0).default(512).describe('rows of a tile; 0: unlimited'),
  maxOutputSize: z.number().int().min(0).default(512).describe('columns of a tile; 0: unlimited'),
});

export type Mapping = z.output<typeof mappingSchema>;
