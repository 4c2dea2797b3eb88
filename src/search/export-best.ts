import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentHash } from '../config/index.js';
import type { TrainedNetwork } from '../evaluate/index.js';
import { exportModel } from '../interop/index.js';
import { Model } from '../nn/index.js';
import { hardwareOf } from '../space/index.js';
import { writeFileAtomic } from '../store/index.js';
import type { BatchTrial } from './batch-runner.js';
import type { RunSetup } from './setup.js';

/** Name of the folder inside a run's folder. */
export const bestFolder = 'best';

/** Writes the winner of a run into its folder, see {@link exportTrained}. */
export async function exportBest(
  runFolder: string,
  setup: RunSetup,
  trial: BatchTrial,
  trained: TrainedNetwork,
): Promise<void> {
  await exportTrained(join(runFolder, bestFolder), setup, trial, trained);
}

/**
 * Writes a trained network: `architecture.json` (where it is a point of a space), and the network as `exportModel` writes
 * it, with what a user of it must know (classes, normalisation of the images, crossbar, seed). The folder appears as a
 * whole; one that was there before is replaced.
 */
export async function exportTrained(
  folder: string,
  setup: RunSetup,
  { plan, spec }: BatchTrial,
  { weights, inputRanges, quantisationRanges = {} }: TrainedNetwork,
): Promise<void> {
  const partial = join(dirname(folder), `.${contentHash([folder, plan])}.tmp`);
  rmSync(partial, { recursive: true, force: true });
  const model = Model.fromWeights(spec.graph, weights);
  try {
    model.useInputRanges(inputRanges);
    model.useQuantisationRanges(quantisationRanges);
    await exportModel(model, partial, {
      architecture: plan.architecture,
      task: setup.config.task.name,
      classes: setup.classes,
      normalise: setup.normalise,
      crossbar:
        plan.architecture === null || hardwareOf(plan.architecture) === null ? setup.config.crossbar : spec.crossbar,
      chip: setup.config.chip,
      seed: setup.config.seed,
      notes: setup.notes,
    });
  } finally {
    model.dispose();
  }
  if (plan.architecture !== null) {
    writeFileAtomic(join(partial, 'architecture.json'), `${JSON.stringify(plan.architecture, null, 2)}\n`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
