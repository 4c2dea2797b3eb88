import type { Job } from './schedule.js';

/**
 * A schedule for the terminal: one line per stage, one column per cycle, `F3` for the forward and `B3` for the backward
 * pass of micro-batch 3, `.` where the stage waits.
 *
 * @example
 * timelineText(pipelineJobs({ scheme: 'asynchronous', stages: 2, microBatches: 2, miniBatch: 1 }));
 * // stage 1  F0 .  F1 B0 .  B1
 * // stage 2  .  F0 B0 F1 B1 .
 */
export function timelineText(jobs: readonly Job[]): string {
  const cycles = largest(jobs.map(({ cycle }) => cycle));
  const stages = largest(jobs.map(({ stage }) => stage));
  const lines = Array.from({ length: stages }, () => new Array<string>(cycles).fill('.'));
  for (const { kind, microBatch, stage, cycle } of jobs) {
    lines[stage - 1]![cycle - 1] = `${kind === 'forward' ? 'F' : 'B'}${microBatch}`;
  }
  const width = largest(lines.flat().map((cell) => cell.length));
  return lines
    .map((cells, i) => `stage ${i + 1}  ${cells.map((cell) => cell.padEnd(width)).join(' ')}`.trimEnd())
    .join('\n');
}

/** As a loop: an epoch may have more jobs than a call arguments. */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}
