import { z } from 'zod';

/** File that describes a model. */
export const graphFile = 'graph.json';
/** File with the weights of a model, float32 little-endian, one after another. */
export const weightsFile = 'weights.bin';

const range = z.number().positive();
const quantiserSchema = z.strictObject({ delta: z.array(z.number()), zero: z.array(z.number()), signed: z.boolean() });

/** Layout of {@link graphFile}. The graph itself is checked by `parseGraph`. */
export const modelDocumentSchema = z.strictObject({
  format: z.literal('kirchhoff-model'),
  version: z.literal(1),
  graph: z.unknown(),
  inputRanges: z.record(z.string(), z.union([range, z.array(range).min(1)])),
  quantisationRanges: z.record(z.string(), z.array(quantiserSchema.nullable())).optional(),
  about: z.record(z.string(), z.unknown()),
  weights: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int().min(1)).readonly() })).readonly(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What {@link graphFile} holds. */
export type ModelDocument = z.output<typeof modelDocumentSchema>;
