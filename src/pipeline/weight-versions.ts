import type { Job, PipelineShape } from './schedule.js';

/** A job together with the weights that it sees. */
export interface VersionedJob extends Job {
  /** Updates that the stage's weights had received before the job. */
  readonly version: number;
}

/**
 * Counts, job by job, how often each stage's weights have changed before: after every backward pass of the asynchronous
 * scheme, after the last backward pass of a mini-batch otherwise. No formula is used, so that formulas can be checked.
 *
 * @param jobs in the order in which each stage runs them
 */
export function weightVersions(shape: PipelineShape, jobs: readonly Job[]): VersionedJob[] {
  const everyPass = shape.scheme === 'asynchronous' ? 1 : shape.miniBatch;
  const backwards = new Array<number>(shape.stages + 1).fill(0);
  const versions = new Map<Job, number>();
  for (const job of jobs) {
    versions.set(job, Math.floor(backwards[job.stage]! / everyPass));
    if (job.kind === 'backward') backwards[job.stage]!++;
  }
  return jobs.map((job) => ({ ...job, version: versions.get(job)! }));
}
