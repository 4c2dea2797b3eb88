import { z } from 'zod';
import { fail, parseWith } from '../config/index.js';
import type { EncodingKind, SearchSpace } from '../space/index.js';

/** What a saved surrogate says of itself: `card.json` beside its models. */
export const surrogateCardSchema = z.strictObject({
  format: z.literal(1),
  /** Search space it was fitted on. */
  space: z.string(),
  encoding: z.enum(['base', 'extended']),
  /** Names of the features, in order. */
  features: z.array(z.string()).min(1),
  /** Least and greatest value of each feature among the rows: outside, predictions are guesses. */
  ranges: z.array(z.tuple([z.number(), z.number()])),
  seed: z.int(),
  rows: z.int().min(1),
  /** Kendall's tau-b on held-out rows, mean over the folds. */
  heldOutKendallTau: z.number().nullable(),
  folds: z.int(),
});

export type SurrogateCard = z.output<typeof surrogateCardSchema>;

/** Reads a card and makes sure that it belongs to this space. @throws SURROGATE_INVALID */
export function readCard(value: unknown, file: string, space: SearchSpace, encoding: EncodingKind): SurrogateCard {
  const card = parseWith(surrogateCardSchema, value, file, 'SURROGATE_INVALID');
  const features = space.featureNames(encoding);
  const same = card.space === space.name && card.encoding === encoding && card.features.join() === features.join();
  if (same) return card;
  return fail('SURROGATE_INVALID', 'This surrogate was fitted on another search space or encoding.', {
    source: file,
    found: `${card.space}, ${card.encoding} encoding of ${card.features.length} features`,
    accepted: `${space.name}, ${encoding} encoding of ${features.length} features`,
  });
}
