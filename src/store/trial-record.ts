import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const count = z.number().int().nonnegative();

/** Accuracy at one time after programming, over repeated programmings. */
export const driftPointSchema = z.strictObject({
  /** Time since programming, seconds. */
  seconds: z.number().nonnegative(),
  /** Mean accuracy of the repeats, 0..1. */
  mean: fraction,
  /** Standard deviation of the repeats with n-1; 0 for a single repeat. */
  std: z.number().nonnegative(),
  /** Number of independent programmings. */
  repeats: z.number().int().positive(),
});

/** What a network needs on a chip: one block per core, one copy of each layer. */
export const chipFiguresSchema = z.strictObject({
  /** Cores occupied. */
  cores: count,
  /** Used share of the unit cells of the occupied cores, 0..1. */
  utilisation: fraction,
  /** Time of one inference, seconds; null where the chip's description gives no timing. */
  latencySeconds: z.number().nonnegative().nullable(),
  /** Energy of one inference, joules; null where the chip's description gives no energy. */
  energyJoules: z.number().nonnegative().nullable(),
  /** Whether the chip has that many cores. */
  fits: z.boolean(),
});

/** What one trial measured. */
export const trialMetricsSchema = z.strictObject({
  /** Accuracy of the digitally trained network in floating point, 0..1. */
  digitalAccuracy: fraction,
  /** Accuracy on drifted crossbars, in ascending time. */
  analog: z.array(driftPointSchema).min(1),
  /** Accuracy variation over one month: the mean at the first time less the mean at the last. */
  avm: z.number().min(-1).max(1),
  /** Trainable parameters and batch norm statistics. */
  params: count,
  /** Multiply-accumulates of one inference. */
  macs: count,
  chip: chipFiguresSchema,
  /** Wall-clock time the trial took, seconds. Recorded only: nothing is decided by it. */
  seconds: z.number().nonnegative(),
  /** What a reader of these numbers must know, for example where the images come from. */
  notes: z.array(z.string()),
});

/** One point of a search space, as plain data. */
export const architectureSchema = z.strictObject({ space: z.string(), params: z.record(z.string(), z.number()) });

/** What the surrogate expected of an architecture when it was proposed. */
export const predictionSchema = z.strictObject({
  /** Rank score of the 1-day accuracy: only the order counts. */
  score: z.number(),
  /** Expected accuracy variation over one month. */
  avm: z.number(),
  /** Expected standard deviation of the 1-day accuracy. */
  std: z.number(),
  /** False where the architecture lies outside of what the surrogate was fitted on: the prediction is a guess then. */
  inRange: z.boolean(),
});

/**
 * One finished trial in the journal of a run.
 *
 * `role` says why it ran: `search` trials steer the search, `check` trials train in full what a supernet has judged,
 * `shortlist` trials decide which of the best enter the final table, the others belong to that table.
 */
export const trialRecordSchema = z.strictObject({
  /** Position in the run, from 0; results are consumed in this order. */
  number: count,
  role: z.enum(['search', 'check', 'shortlist', 'final', 'baseline']),
  /** Content hash of everything that determines the result. */
  key: z.string(),
  /** Hash of the architecture, or the name of a baseline. */
  name: z.string(),
  /** Batch of the search in which it was proposed, from 0. */
  round: count,
  /** The architecture, or null for a baseline. */
  architecture: architectureSchema.nullable(),
  predicted: predictionSchema.nullable(),
  state: z.enum(['done', 'failed']),
  /** Null exactly when the trial failed. */
  metrics: trialMetricsSchema.nullable(),
  /** Why it failed, else null. */
  reason: z.string().nullable(),
  /** Rung of its fidelity, from 0; absent where all trials have full fidelity. */
  rung: count.optional(),
  /** How often it was started: 2 after a retry, 0 when the cache had it. */
  attempts: count,
  /** The run whose result this is, where it was taken over from an earlier one. */
  importedFrom: z.string().optional(),
  /** When it finished, ISO 8601. */
  finishedAt: z.string(),
});

export type DriftPoint = z.output<typeof driftPointSchema>;
export type ChipFigures = z.output<typeof chipFiguresSchema>;
export type TrialMetrics = z.output<typeof trialMetricsSchema>;
export type TrialPrediction = z.output<typeof predictionSchema>;
export type TrialRecord = z.output<typeof trialRecordSchema>;
