import { type PipelineShape, requireShape, requireStage } from './schedule.js';

/** What a scheme costs and yields, in closed form. */
export interface PipelineFigures {
  /** Cycles of one epoch: 2MN, 2(N/B)(B + M - 1) or 2(N + M - 1). */
  readonly cycles: number;
  /** Share of (stage, cycle) pairs in which a stage works, 0..1: 1/M, B/(B + M - 1) or N/(N + M - 1). */
  readonly density: number;
  /** Cycles without a pipeline over these: 1, MB/(B + M - 1) or MN/(N + M - 1). */
  readonly speedUp: number;
}

/**
 * Cycles, density and speed-up of an epoch. Source: the schedules of {@link pipelineJobs}; the entries of the first two
 * schemes agree with the bubble formula of GPipe (Huang et al. 2019), and that the density tends to 1 without a flush is
 * the claim of arXiv 2410.15155.
 *
 * @throws CONFIG_INVALID for an impossible shape
 */
export function pipelineFigures(shape: PipelineShape): PipelineFigures {
  requireShape(shape);
  const { stages: M, microBatches: N } = shape;
  const cycles = epochCycles(shape);
  return { cycles, density: (2 * N) / cycles, speedUp: (2 * M * N) / cycles };
}

function epochCycles({ scheme, stages: M, microBatches: N, miniBatch: B }: PipelineShape): number {
  switch (scheme) {
    case 'none':
      return 2 * M * N;
    case 'synchronous':
      return 2 * (N / B) * (B + M - 1);
    case 'asynchronous':
      return 2 * (N + M - 1);
  }
}

/**
 * Updates that a stage's weights receive between the forward pass of a micro-batch and its backward pass in the
 * asynchronous scheme, once it is full: M - m. Zero in the other schemes, whose weights stand still in between.
 *
 * @param stage from 1 at the input to M at the output
 * @throws CONFIG_INVALID for another one
 */
export function staleness(shape: PipelineShape, stage: number): number {
  requireStage(shape, stage);
  return shape.scheme === 'asynchronous' ? shape.stages - stage : 0;
}

/**
 * Micro-batches whose activations a stage holds at the same time: M - m + 1 in the asynchronous scheme, B in the
 * synchronous one, 1 without a pipeline.
 *
 * @param stage from 1 at the input to M at the output
 * @throws CONFIG_INVALID for another one
 */
export function activationQueue(shape: PipelineShape, stage: number): number {
  requireStage(shape, stage);
  const { scheme, stages, microBatches, miniBatch } = shape;
  if (scheme === 'none') return 1;
  return scheme === 'synchronous' ? miniBatch : Math.min(microBatches, stages - stage + 1);
}
