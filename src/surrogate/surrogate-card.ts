import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fail, parseWith } from '../config/index.js';
import type { EncodingKind, SearchSpace } from '../space/index.js';
import { surrogateKinds } from './surrogate-kind.js';

const quality = z.strictObject({
  folds: z.int(),
  kendallTau: z.number().nullable(),
  betterHalfKendallTau: z.number().nullable(),
  ndcg: z.number().nullable(),
  rmse: z.number(),
});

/** What `kirchhoff surrogate fit` adds to a card: where the rows came from, and how good the models are. */
const fitNotesSchema = z.strictObject({
  /** Command line that fitted it. */
  command: z.string(),
  /** Rows without figures. */
  dropped: z.int(),
  /** On held-out parts of the rows: order over all and in the better half, gain, error in units of each target. */
  quality: z.strictObject({
    oneDayAccuracy: quality.nullable(),
    avm: quality.nullable(),
    std: quality.nullable(),
  }),
  /** What the noise of single evaluations lets any predictor reach; null where nothing was evaluated twice. */
  ceiling: z.strictObject({ pairs: z.int(), retestKendallTau: z.number(), kendallTau: z.number() }).nullable(),
  /** Fall of the held-out tau of 1-day accuracy when a feature is shuffled, the greatest first. */
  importance: z.array(z.strictObject({ feature: z.string(), importance: z.number() })),
  /** How the rows were made: fidelity, seeds, data; the `collection.json` beside them. */
  collection: z.record(z.string(), z.unknown()).nullable(),
});

export type FitNotes = z.output<typeof fitNotesSchema>;

/** What a saved surrogate says of itself: `card.json` beside its models. */
export const surrogateCardSchema = z.strictObject({
  format: z.literal(2),
  /** Kind of surrogate: what its models are. */
  kind: z.enum(surrogateKinds),
  /** Search space it was fitted on. */
  space: z.string(),
  encoding: z.enum(['base', 'extended']),
  /** What the score predicts, where it is not the 1-day accuracy: the objective of a search. */
  objective: z.string().optional(),
  /** Height, width and channels of the images that the features are for; absent where not known: older cards, imported models. */
  inputShape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]).optional(),
  /** Rows and columns of the crossbars that the features are for; absent where not known, or where architectures choose them. */
  tile: z.strictObject({ rows: z.int().min(1), cols: z.int().min(1) }).optional(),
  /** Names of the features, in order. */
  features: z.array(z.string()).min(1),
  /** Least and greatest value of each feature among the rows: outside, predictions are guesses. */
  ranges: z.array(z.tuple([z.number(), z.number()])),
  /** Seed of the models. */
  seed: z.int(),
  /** Rows it was fitted on; 0 where that is not known, as of imported models. */
  rows: z.int().min(0),
  /** Kendall's tau-b on held-out rows: of 1-day accuracy, the same among the better half, of AVM and of its spread. */
  heldOutKendallTau: z.number().nullable(),
  betterHalfKendallTau: z.number().nullable(),
  avmKendallTau: z.number().nullable(),
  stdKendallTau: z.number().nullable(),
  folds: z.int(),
  /** What fitted it, with its version. */
  engine: z.string(),
  fit: fitNotesSchema.optional(),
});

export type SurrogateCard = z.output<typeof surrogateCardSchema>;

/** What a card says of a space's features. */
export function encodedFor({ task, tile, geneNames }: SearchSpace): Pick<SurrogateCard, 'inputShape' | 'tile'> {
  const [height, width, channels] = task.inputShape;
  const own = geneNames.includes('tile');
  return { inputShape: [height, width, channels], ...(!own && { tile: { rows: tile.rows, cols: tile.cols } }) };
}

/** What must be said where a surrogate was fitted on features of other images or tiles than a space has; often nothing. */
export function encodingNotes({ encoding, inputShape, tile }: SurrogateCard, space: SearchSpace): string[] {
  // the plain encodings are the genes
  if (encoding === 'base') return [];
  const here = encodedFor(space);
  return [
    ...differenceNote('images', inputShape?.join('x'), here.inputShape?.join('x')),
    ...differenceNote('tiles', tileText(tile), tileText(here.tile)),
  ];
}

function differenceNote(what: string, fitted: string | undefined, asked: string | undefined): string[] {
  if (fitted === undefined || asked === undefined || fitted === asked) return [];
  return [
    `the surrogate was fitted on features for ${what} of ${fitted}, and is asked with those for ${asked}: its values are off, its order by less`,
  ];
}

function tileText(tile: SurrogateCard['tile']): string | undefined {
  return tile === undefined ? undefined : `${tile.rows}x${tile.cols}`;
}

/** What was measured on held-out rows, as the fields of a card. */
export function heldOutOf({
  quality: { oneDayAccuracy, avm, std },
}: FitNotes): Pick<
  SurrogateCard,
  'heldOutKendallTau' | 'betterHalfKendallTau' | 'avmKendallTau' | 'stdKendallTau' | 'folds'
> {
  return {
    heldOutKendallTau: oneDayAccuracy?.kendallTau ?? null,
    betterHalfKendallTau: oneDayAccuracy?.betterHalfKendallTau ?? null,
    avmKendallTau: avm?.kendallTau ?? null,
    stdKendallTau: std?.kendallTau ?? null,
    folds: oneDayAccuracy?.folds ?? 0,
  };
}

/** Reads a card and makes sure that it belongs to one of these kinds and to this space and these features. @throws SURROGATE_INVALID */
export function readCard(
  file: string,
  kinds: readonly SurrogateCard['kind'][],
  space: SearchSpace,
  encoding: EncodingKind,
  more: readonly string[] = [],
): SurrogateCard {
  const text = readSurrogateFile(file).toString('utf8');
  const card = parseWith(surrogateCardSchema, parseJson(text, file), file, 'SURROGATE_INVALID');
  if (!kinds.includes(card.kind)) {
    return fail('SURROGATE_INVALID', 'This surrogate is of another kind.', {
      source: file,
      path: 'kind',
      found: card.kind,
      accepted: kinds.join(', '),
    });
  }
  const features = [...space.featureNames(encoding), ...more];
  const same = card.space === space.name && card.encoding === encoding && card.features.join() === features.join();
  if (same) return card;
  return fail('SURROGATE_INVALID', 'This surrogate was fitted on another search space or encoding.', {
    source: file,
    found: `${card.space}, ${card.encoding} encoding of ${card.features.length} features`,
    accepted: `${space.name}, ${encoding} encoding of ${features.length} features`,
  });
}

/** What surrogates predict unless a search aims at something else. */
export const usualObjective = 'oneDayAccuracy';

/** Refuses a surrogate whose score is not what it would be asked for. @throws SURROGATE_INVALID */
export function requireObjective({ objective = usualObjective }: SurrogateCard, wanted: string, file: string): void {
  if (objective === wanted) return;
  fail('SURROGATE_INVALID', 'This surrogate was fitted on another objective.', {
    source: file,
    path: 'objective',
    found: objective,
    accepted: wanted,
  });
}

/** The bytes of one file of a saved surrogate. @throws SURROGATE_INVALID when it cannot be read */
export function readSurrogateFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    return fail('SURROGATE_INVALID', 'A file of the surrogate cannot be read.', {
      source: file,
      found: (error as NodeJS.ErrnoException).code ?? String(error),
      accepted: 'a folder with card.json and the three models beside it',
    });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail('SURROGATE_INVALID', 'The card of the surrogate is not JSON.', {
      source: file,
      found: (error as Error).message,
    });
  }
}
