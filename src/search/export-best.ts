import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../config/index.js';
import type { TrainedNetwork } from '../evaluate/index.js';
import { exportModel } from '../interop/index.js';
import { Model } from '../nn/index.js';
import { writeFileAtomic } from '../store/index.js';
import type { BatchTrial } from './batch-runner.js';
import type { RunSetup } from './setup.js';

/** Name of the folder inside a run's folder. */
export const bestFolder = 'best';

/**
 * Writes the winner of a run: `architecture.json`, and the trained network as `exportModel` writes it, with what a user
 * of it must know (classes, normalisation of the images, crossbar, seed). The folder appears as a whole.
 */
export async function exportBest(
  runFolder: string,
  setup: RunSetup,
  { plan, spec }: BatchTrial,
  { weights, inputRanges }: TrainedNetwork,
): Promise<void> {
  const partial = join(runFolder, `.${bestFolder}.${contentHash(plan)}.tmp`);
  const folder = join(runFolder, bestFolder);
  rmSync(partial, { recursive: true, force: true });
  const model = Model.fromWeights(spec.graph, weights);
  try {
    model.useInputRanges(inputRanges);
    await exportModel(model, partial, {
      architecture: plan.architecture,
      task: setup.config.task.name,
      classes: setup.classes,
      normalise: setup.normalise,
      crossbar: setup.config.crossbar,
      chip: setup.config.chip,
      seed: setup.config.seed,
      notes: setup.notes,
    });
  } finally {
    model.dispose();
  }
  writeFileAtomic(join(partial, 'architecture.json'), `${JSON.stringify(plan.architecture, null, 2)}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
