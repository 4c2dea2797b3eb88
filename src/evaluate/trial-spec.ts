import type { Chip } from '../chip/index.js';
import { contentHash } from '../config/index.js';
import type { CrossbarConfig } from '../crossbar/index.js';
import type { TaskSpec } from '../data/index.js';
import type { NetworkGraph } from '../nn/index.js';
import type { BackendName } from '../tensor/index.js';
import type { DigitalTraining, DriftEvaluation, HwaTraining } from '../training/index.js';
import { programFingerprint } from './program-fingerprint.js';
import type { Inheritance } from './supernet/inheritance.js';

/** How thoroughly a trial is done. */
export interface Fidelity {
  readonly digital: DigitalTraining;
  readonly hwa: HwaTraining;
  readonly evaluation: DriftEvaluation;
}

/** One trial as plain data: a worker needs nothing else, on this machine or another. */
export interface TrialSpec extends Fidelity {
  /** Position in the run; names the trial in messages and has no influence on its result. */
  readonly number: number;
  readonly graph: NetworkGraph;
  /** Seed of the run: chance is drawn from streams named after seed and network. */
  readonly seed: number;
  /** The images, and the fingerprint they had when the run began. */
  readonly task: TaskSpec & { readonly seed: number; readonly fingerprint: string };
  /** Images the accuracies are measured on; `test` is for final tables only. */
  readonly images: 'validation' | 'test';
  readonly crossbar: CrossbarConfig;
  readonly chip: Chip;
  readonly backend: BackendName;
  /** Whether the result brings the trained network. */
  readonly keepWeights: boolean;
  /** Present where the weights come from a supernet: then nothing is trained. */
  readonly inherit?: Inheritance;
}

/** The stream that all chance of a trial comes from: the same for every fidelity, so that networks start alike. */
export function trialStream(graph: NetworkGraph): string {
  return `trial/${contentHash(graph)}`;
}

/**
 * Everything that determines the metrics of a trial, for a cache to be keyed by. Where files lie and what the trial is
 * called is not among it; the images stand in by their fingerprint, the program by its own.
 */
export function trialInputs(spec: TrialSpec): Record<string, unknown> {
  const { graph, seed, task, images, digital, hwa, evaluation, crossbar, chip, backend, inherit } = spec;
  return {
    graph: contentHash(graph),
    seed,
    data: task.fingerprint,
    images,
    digital,
    hwa,
    evaluation,
    crossbar,
    chip: contentHash(chip),
    backend,
    program: programFingerprint(),
    ...(inherit !== undefined && {
      supernet: inherit.sha256,
      positions: inherit.positions,
      calibrationImages: inherit.calibrationImages,
    }),
  };
}
