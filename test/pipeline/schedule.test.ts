import { describe, expect, test } from 'vitest';
import {
  activationQueue,
  type Job,
  type PipelineShape,
  pipelineFigures,
  pipelineJobs,
  pipelineTimeline,
  staleness,
  timelineText,
  weightVersions,
} from '../../src/pipeline/index.js';

const schemes = ['none', 'synchronous', 'asynchronous'] as const;
const shapes = schemes.flatMap((scheme) =>
  [1, 2, 4, 8].flatMap((stages) =>
    [1, 4, 16].map((miniBatch): PipelineShape => ({ scheme, stages, microBatches: 48, miniBatch })),
  ),
);
const key = ({ kind, microBatch, stage }: Omit<Job, 'cycle'>) => `${kind} ${microBatch} ${stage}`;

describe.each(shapes)('$scheme, M = $stages, B = $miniBatch', (shape) => {
  const jobs = pipelineJobs(shape);
  const cycleOf = new Map(jobs.map((job) => [key(job), job.cycle]));
  const { stages: M, microBatches: N, miniBatch: B } = shape;

  test('every micro-batch passes every stage forward and backward, one job per stage and cycle', () => {
    expect(cycleOf.size).toBe(2 * M * N);
    expect(new Set(jobs.map(({ stage, cycle }) => `${stage} ${cycle}`)).size).toBe(2 * M * N);
  });

  test('nothing runs before what it needs', () => {
    for (let microBatch = 0; microBatch < N; microBatch++) {
      const at = (kind: Job['kind'], stage: number) => cycleOf.get(key({ kind, microBatch, stage }))!;
      for (let stage = 2; stage <= M; stage++) {
        expect(at('forward', stage)).toBeGreaterThan(at('forward', stage - 1));
        expect(at('backward', stage - 1)).toBeGreaterThan(at('backward', stage));
      }
      expect(at('backward', M)).toBeGreaterThan(at('forward', M));
    }
  });

  test('cycles, density and speed-up are those of the formulas', () => {
    const cycles = Math.max(...jobs.map(({ cycle }) => cycle));
    const figures = pipelineFigures(shape);
    expect(figures.cycles).toBe(cycles);
    expect(figures.density).toBeCloseTo(jobs.length / (cycles * M), 12);
    const alone = pipelineFigures({ ...shape, scheme: 'none' }).cycles;
    expect(figures.speedUp).toBeCloseTo(alone / cycles, 12);
  });

  test('forward passes see weights as stale as the formula says, backward passes see the newest', () => {
    const seen = new Map(weightVersions(shape, jobs).map((job) => [key(job), job.version]));
    for (let k = 0; k < N; k++) {
      for (let stage = 1; stage <= M; stage++) {
        const newest = shape.scheme === 'asynchronous' ? k : Math.floor(k / B);
        expect(seen.get(key({ kind: 'backward', microBatch: k, stage }))).toBe(newest);
        const forward = seen.get(key({ kind: 'forward', microBatch: k, stage }));
        expect(forward).toBe(Math.max(0, newest - staleness(shape, stage)));
      }
    }
  });

  test('activations wait in a queue as long as the formula says', () => {
    for (let stage = 1; stage <= M; stage++) {
      let held = 0;
      let most = 0;
      for (const job of jobs.filter((candidate) => candidate.stage === stage)) {
        held += job.kind === 'forward' ? 1 : -1;
        most = Math.max(most, held);
      }
      expect(most).toBe(activationQueue(shape, stage));
    }
  });

  test('with equal stages the timeline is the schedule, but for early starts while an asynchronous pipeline fills', () => {
    const times = Array.from({ length: M }, () => ({ forwardSeconds: 1, backwardSeconds: 1 }));
    const { jobs: timed, seconds, density } = pipelineTimeline(shape, times);
    expect(seconds).toBe(pipelineFigures(shape).cycles);
    expect(density).toBeCloseTo(pipelineFigures(shape).density, 12);
    for (const job of timed) {
      const early = cycleOf.get(key(job))! - job.endSeconds;
      expect(early).toBeGreaterThanOrEqual(0);
      if (shape.scheme !== 'asynchronous') expect(early).toBe(0);
    }
  });
});

test('the example of the reference: M = 4, N = 280, B = 4', () => {
  const cycles = schemes.map(
    (scheme) => pipelineFigures({ scheme, stages: 4, microBatches: 280, miniBatch: 4 }).cycles,
  );
  expect(cycles).toEqual([2_240, 980, 566]);
});

test('the density of the asynchronous scheme tends to 1, its speed-up to M', () => {
  const { density, speedUp } = pipelineFigures({
    scheme: 'asynchronous',
    stages: 8,
    microBatches: 100_000,
    miniBatch: 1,
  });
  expect(density).toBeGreaterThan(0.9999);
  expect(speedUp).toBeGreaterThan(7.999);
});

test('the slowest stage sets the pace of an asynchronous pipeline', () => {
  const times = [40, 40, 80, 40].map((ns) => ({ forwardSeconds: ns * 1e-9, backwardSeconds: 5 * ns * 1e-9 }));
  const shape = { scheme: 'asynchronous', stages: 4, microBatches: 400, miniBatch: 1 } as const;
  const { jobs, seconds } = pipelineTimeline(shape, times);
  const slowest = jobs.filter(({ stage }) => stage === 3);
  const rate = (slowest.at(-1)!.endSeconds - slowest[0]!.startSeconds) / 400;
  expect(rate / 480e-9).toBeCloseTo(1, 2);
  expect(seconds).toBeGreaterThan(400 * 480e-9);
  const ends = new Map<number, number>();
  for (const job of jobs) {
    expect(job.startSeconds).toBeGreaterThanOrEqual((ends.get(job.stage) ?? 0) - 1e-15);
    ends.set(job.stage, job.endSeconds);
  }
});

test('a schedule for the terminal', () => {
  const jobs = pipelineJobs({ scheme: 'asynchronous', stages: 2, microBatches: 2, miniBatch: 1 });
  expect(timelineText(jobs)).toBe('stage 1  F0 .  F1 B0 .  B1\nstage 2  .  F0 B0 F1 B1 .');
});

test('impossible shapes are refused in words', () => {
  const shape = { scheme: 'synchronous', stages: 2, microBatches: 10, miniBatch: 4 } as const;
  expect(() => pipelineJobs(shape)).toThrow('accepted: a divisor of 10');
  expect(() => pipelineFigures({ ...shape, stages: 0 })).toThrow('in:       stages\n  found:    0');
  expect(() => pipelineTimeline({ ...shape, miniBatch: 5 }, [])).toThrow('accepted: 2 entries');
});

test('an epoch of more jobs than a call can have arguments', () => {
  const shape = { scheme: 'asynchronous', stages: 4, microBatches: 20_000, miniBatch: 1 } as const;
  const times = Array.from({ length: 4 }, () => ({ forwardSeconds: 1, backwardSeconds: 1 }));
  expect(pipelineTimeline(shape, times).seconds).toBe(pipelineFigures(shape).cycles);
  expect(timelineText(pipelineJobs(shape)).split('\n')).toHaveLength(4);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a pass of %d seconds is refused', (backwardSeconds) => {
  const shape = { scheme: 'none', stages: 1, microBatches: 2, miniBatch: 1 } as const;
  const times = [{ forwardSeconds: 1, backwardSeconds }];
  expect(() => pipelineTimeline(shape, times)).toThrow(
    `in:       times.0.backwardSeconds\n  found:    ${backwardSeconds}`,
  );
});

test.each([0, 9, 1.5])('stage %d of four is refused', (stage) => {
  const shape = { scheme: 'asynchronous', stages: 4, microBatches: 4, miniBatch: 1 } as const;
  for (const figure of [staleness, activationQueue]) {
    expect(() => figure(shape, stage)).toThrow(`in:       stage\n  found:    ${stage}\n  accepted: 1 to 4`);
  }
});
