import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainedNetwork } from '../evaluate/index.js';
import { exportModel } from '../interop/index.js';
import { Model } from '../nn/index.js';
import { hardwareOf, spaceFileName } from '../space/index.js';
import { guardWriteAsync, resultsHint, writeFileAtomic } from '../store/index.js';
import type { BatchTrial } from './batch-runner.js';
import { intoExportFolder, unfinished } from './export-folder.js';
import type { RunSetup } from './setup.js';

/** Name of the folder inside a run's folder. */
export const bestFolder = 'best';

/**
 * Writes the winner of a run into its folder, see {@link writeNetwork}. The folder appears as a whole and belongs to the
 * run: one that was there before is replaced.
 */
export async function exportBest(
  runFolder: string,
  setup: RunSetup,
  trial: BatchTrial,
  trained: TrainedNetwork,
): Promise<void> {
  const folder = join(runFolder, bestFolder);
  const partial = join(runFolder, unfinished);
  const write = async () => {
    rmSync(partial, { recursive: true, force: true });
    await writeNetwork(partial, setup, trial, trained);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  };
  await guardWriteAsync(folder, write, resultsHint);
}

/**
 * Writes a trained network into a folder of the user's, see {@link writeNetwork} and {@link intoExportFolder}.
 *
 * @throws RESULTS_UNWRITABLE, RESULTS_LOST
 */
export function exportTrained(
  folder: string,
  setup: RunSetup,
  trial: BatchTrial,
  trained: TrainedNetwork,
): Promise<void> {
  return intoExportFolder(folder, '--export', (partial) => writeNetwork(partial, setup, trial, trained));
}

/**
 * Writes a trained network into a folder: `architecture.json` (where it is a point of a space), with `space.json` where
 * that space is the user's own, and the network as `exportModel` writes it, with what a user of it must know (classes, normalisation of the images, crossbar, seed).
 */
async function writeNetwork(
  folder: string,
  setup: RunSetup,
  { plan, spec }: BatchTrial,
  { weights, inputRanges, quantisationRanges = {} }: TrainedNetwork,
): Promise<void> {
  const model = Model.fromWeights(spec.graph, weights);
  try {
    model.useInputRanges(inputRanges);
    model.useQuantisationRanges(quantisationRanges);
    await exportModel(model, folder, {
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
    writeJson(join(folder, 'architecture.json'), plan.architecture);
    const { definition } = setup.space;
    if (definition !== undefined) writeJson(join(folder, spaceFileName), definition);
  }
}

function writeJson(file: string, value: unknown): void {
  writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}
