import { fail } from '../config/index.js';

/**
 * How micro-batches go through the stages. Source: Wu et al., arXiv 2410.15155 (Analog-SGD-WOP, -SP, -AP); the cycle
 * numbers are derived from the schemes' descriptions, since a crossbar does a forward or a backward pass at a time.
 * - `none`: one stage works at a time; weights change after each mini-batch (WOP);
 * - `synchronous`: a mini-batch streams forward, then backward; weights change when it is through (SP);
 * - `asynchronous`: micro-batches enter without end; a stage's weights change with each backward pass (AP).
 */
export type PipelineScheme = 'none' | 'synchronous' | 'asynchronous';

/** Size of a pipelined epoch. */
export interface PipelineShape {
  readonly scheme: PipelineScheme;
  /** Stages M. */
  readonly stages: number;
  /** Micro-batches of one epoch N. */
  readonly microBatches: number;
  /** Micro-batches of one mini-batch B; divides N. Without meaning for the asynchronous scheme but as a unit. */
  readonly miniBatch: number;
}

/** One pass of one micro-batch through one stage; it takes one cycle. */
export interface Job {
  readonly kind: 'forward' | 'backward';
  /** From 0. */
  readonly microBatch: number;
  /** From 1 at the input to M at the output. */
  readonly stage: number;
  /** Cycle in which it runs, from 1. */
  readonly cycle: number;
}

/**
 * Every job of an epoch with its cycle, in the order of cycles and stages. With micro-batch k from 0, i = k mod B, and
 * stage m:
 *
 * | scheme | forward | backward |
 * |---|---|---|
 * | none | 2Mk + m | 2Mk + 2M + 1 - m |
 * | synchronous | S + i + m | S + (B + M - 1) + i + M + 1 - m, where S = 2(B + M - 1) floor(k / B) |
 * | asynchronous | 2k + m | 2k + 2M + 1 - m |
 *
 * @throws CONFIG_INVALID when a size is not a positive whole number or B does not divide N
 */
export function pipelineJobs(shape: PipelineShape): Job[] {
  requireShape(shape);
  const cycles = cycleOf(shape);
  const jobs: Job[] = [];
  for (let microBatch = 0; microBatch < shape.microBatches; microBatch++) {
    for (let stage = 1; stage <= shape.stages; stage++) {
      const [forward, backward] = cycles(microBatch, stage);
      jobs.push({ kind: 'forward', microBatch, stage, cycle: forward });
      jobs.push({ kind: 'backward', microBatch, stage, cycle: backward });
    }
  }
  return jobs.sort((a, b) => a.cycle - b.cycle || a.stage - b.stage);
}

/** Refuses sizes that no pipeline has. */
export function requireShape({ stages, microBatches, miniBatch }: PipelineShape): void {
  for (const [path, value] of Object.entries({ stages, microBatches, miniBatch })) {
    if (Number.isInteger(value) && value >= 1) continue;
    fail('CONFIG_INVALID', 'A pipeline has whole sizes.', {
      path,
      found: String(value),
      accepted: 'a whole number >= 1',
    });
  }
  if (microBatches % miniBatch === 0) return;
  fail('CONFIG_INVALID', 'Whole mini-batches must make an epoch.', {
    path: 'miniBatch',
    found: `${miniBatch} micro-batches per mini-batch, ${microBatches} per epoch`,
    accepted: `a divisor of ${microBatches}`,
  });
}

/** Refuses the number of a stage that the pipeline does not have. */
export function requireStage({ stages }: PipelineShape, stage: number): void {
  if (Number.isInteger(stage) && stage >= 1 && stage <= stages) return;
  fail('CONFIG_INVALID', 'The pipeline has no such stage.', {
    path: 'stage',
    found: String(stage),
    accepted: `1 to ${stages}`,
  });
}

type CycleRule = (microBatch: number, stage: number) => readonly [forward: number, backward: number];

function cycleOf({ scheme, stages: M, miniBatch: B }: PipelineShape): CycleRule {
  switch (scheme) {
    case 'none':
      return (k, m) => [2 * M * k + m, 2 * M * k + 2 * M + 1 - m];
    case 'synchronous':
      return (k, m) => {
        const start = 2 * (B + M - 1) * Math.floor(k / B);
        const i = k % B;
        return [start + i + m, start + (B + M - 1) + i + M + 1 - m];
      };
    case 'asynchronous':
      return (k, m) => [2 * k + m, 2 * k + 2 * M + 1 - m];
  }
}
