import { fail } from '../config/index.js';
import { type Job, type PipelineShape, pipelineJobs } from './schedule.js';

/** Times of one stage's passes over a micro-batch, seconds, each above 0. */
export interface StageTimes {
  readonly forwardSeconds: number;
  /** Backward pass with the update of the weights. */
  readonly backwardSeconds: number;
}

/** A job with its place in time. */
export interface TimedJob extends Omit<Job, 'cycle'> {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** An epoch in physical time. */
export interface Timeline {
  readonly jobs: readonly TimedJob[];
  readonly seconds: number;
  /** Working time of all stages over stages x seconds, 0..1. */
  readonly density: number;
}

/**
 * Runs a schedule with unequal stages: every stage keeps the order of {@link pipelineJobs}, and a job starts once the
 * stage is free and what it needs is there (the micro-batch's result of the stage before, or the error of the stage
 * after; the synchronous scheme starts no backward pass before the mini-batch has come through, and the schemes with a
 * flush start no mini-batch before it). With equal times an epoch takes as long
 * as its cycles; only while an asynchronous pipeline fills do some forward passes start earlier.
 *
 * A realistic start for crossbars (companion table of arXiv 2410.15155): 40 ns forward, 206 ns backward with update.
 *
 * @param times one entry per stage
 * @throws CONFIG_INVALID for an impossible shape, a wrong number of times, or a time that is not above 0
 */
export function pipelineTimeline(shape: PipelineShape, times: readonly StageTimes[]): Timeline {
  const jobs = pipelineJobs(shape);
  requireTimes(shape, times);
  const freeAt = new Array<number>(shape.stages + 1).fill(0);
  const endOf = new Map<string, number>();
  const timed = jobs.map((job): TimedJob => {
    const { kind, microBatch, stage } = job;
    const waits = needs(shape, job).map((key) => endOf.get(key)!);
    const startSeconds = Math.max(freeAt[stage]!, ...waits);
    const { forwardSeconds, backwardSeconds } = times[stage - 1]!;
    const endSeconds = startSeconds + (kind === 'forward' ? forwardSeconds : backwardSeconds);
    freeAt[stage] = endSeconds;
    endOf.set(keyOf(kind, microBatch, stage), endSeconds);
    return { kind, microBatch, stage, startSeconds, endSeconds };
  });
  const seconds = timed.reduce((last, { endSeconds }) => Math.max(last, endSeconds), 0);
  const busy = timed.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  return { jobs: timed, seconds, density: busy / (seconds * shape.stages) };
}

function requireTimes({ stages }: PipelineShape, times: readonly StageTimes[]): void {
  if (times.length !== stages) {
    fail('CONFIG_INVALID', 'Every stage needs its times.', {
      path: 'times',
      found: `${times.length} entries`,
      accepted: `${stages} entries, one per stage`,
    });
  }
  for (const [stage, { forwardSeconds, backwardSeconds }] of times.entries()) {
    for (const [pass, seconds] of Object.entries({ forwardSeconds, backwardSeconds })) {
      if (Number.isFinite(seconds) && seconds > 0) continue;
      fail('CONFIG_INVALID', 'Every pass takes time.', {
        path: `times.${stage}.${pass}`,
        found: String(seconds),
        accepted: 'seconds above 0',
      });
    }
  }
}

/** The jobs that must have ended before a job may start. */
function needs({ scheme, stages: M, miniBatch: B }: PipelineShape, { kind, microBatch: k, stage }: Job): string[] {
  if (kind === 'backward') {
    const error = stage < M ? [keyOf('backward', k, stage + 1)] : [keyOf('forward', k, M)];
    const lastOfBatch = Math.floor(k / B) * B + B - 1;
    return scheme === 'synchronous' ? [...error, keyOf('forward', lastOfBatch, M)] : error;
  }
  if (stage > 1) return [keyOf('forward', k, stage - 1)];
  if (scheme === 'none') return k === 0 ? [] : [keyOf('backward', k - 1, 1)];
  const startsBatch = scheme === 'synchronous' && k % B === 0 && k > 0;
  return startsBatch ? [keyOf('backward', k - 1, 1)] : [];
}

function keyOf(kind: Job['kind'], microBatch: number, stage: number): string {
  return `${kind} ${microBatch} ${stage}`;
}
