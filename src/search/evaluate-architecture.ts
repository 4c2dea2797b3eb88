import { fail } from '../config/index.js';
import { LocalPool, type TrialProgress, type TrialResult } from '../evaluate/index.js';
import type { Architecture } from '../space/index.js';
import { type SearchConfig, workerCount } from './config.js';
import { exportTrained } from './export-best.js';
import { requireExportFolder } from './export-folder.js';
import { prepareRun } from './setup.js';
import { tableTrial } from './trials.js';

/** How one evaluation is watched and stopped. */
export interface EvaluateOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrialProgress) => void) | undefined;
  /** Called once before the training, with which backend runs and why. */
  readonly onStart?: ((backend: string) => void) | undefined;
  /** Folder to write the trained network into: new, empty, or of an earlier export, which is replaced. */
  readonly exportTo?: string | undefined;
}

/** The result of one evaluation, with what must be known beside it. */
export interface Evaluation extends TrialResult {
  /** Hash of the architecture, or name of the baseline. */
  readonly name: string;
  /** Which backend ran and why. */
  readonly backend: string;
}

/**
 * Trains one architecture, or a baseline by its name, as the final table of a search does: on the training images, at
 * full fidelity, measured on the test images. The result is the one that a search of the same configuration would show.
 *
 * @throws RESULTS_UNWRITABLE for a folder that the network cannot be written to, ARCHITECTURE_INVALID and the refusals of
 *   {@link prepareRun} before the training; TRIAL_FAILED; an AbortError when the signal is aborted
 * @example
 * const { metrics } = await evaluateArchitecture(config, { space: 'resnet-tiny', params: { M: 1, ... } });
 */
export async function evaluateArchitecture(
  config: SearchConfig,
  subject: Architecture | string,
  { signal = new AbortController().signal, onProgress, onStart, exportTo }: EvaluateOptions = {},
): Promise<Evaluation> {
  if (exportTo !== undefined) await requireExportFolder(exportTo, '--export');
  const setup = await prepareRun(config);
  const trial = tableTrial(setup, 0, subject);
  onStart?.(setup.backendLine);
  const pool = new LocalPool({ workers: 1, cores: workerCount(config), onProgress });
  try {
    const { name } = trial.plan;
    const outcome = await pool.evaluate({ ...trial.spec, keepWeights: true }, signal);
    if (outcome.state === 'failed') fail('TRIAL_FAILED', `The trial of ${name} failed.`, { found: outcome.reason });
    if (exportTo !== undefined) await exportTrained(exportTo, setup, trial, outcome.trained!);
    const notes = [...new Set([...setup.notes, ...outcome.metrics.notes])];
    return { ...outcome, metrics: { ...outcome.metrics, notes }, name, backend: setup.backendLine };
  } finally {
    await pool.close();
  }
}
