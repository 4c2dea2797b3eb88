import { parentPort, workerData } from 'node:worker_threads';
import { KirchhoffError } from '../config/index.js';
import { evaluateTrial } from './evaluate-trial.js';
import type { TrialProgress, TrialResult, TrialStage } from './evaluator.js';
import { shareOfCores } from './shared-cores.js';
import type { TrialSpec } from './trial-spec.js';

/** A trial's result, or why the trial cannot succeed however often it is tried. */
export type WorkerAnswer = { result: TrialResult } | { refusal: string };

/** Progress is told in steps of this size. */
const step = 0.02;

/** Runs one trial in a worker thread. */
export default async function run(spec: TrialSpec): Promise<WorkerAnswer> {
  try {
    return {
      result: await evaluateTrial(spec, {
        onProgress: teller(spec.number),
        threads: () => shareOfCores(workerData as SharedArrayBuffer),
      }),
    };
  } catch (error) {
    if (error instanceof KirchhoffError) return { refusal: error.message };
    throw error;
  }
}

function teller(trial: number): (stage: TrialStage, done: number) => void {
  let last: TrialProgress | undefined;
  return (stage, done) => {
    if (last?.stage === stage && done < 1 && done < last.done + step) return;
    last = { trial, stage, done };
    parentPort?.postMessage(last);
  };
}
