import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, makeFolder } from '../config/index.js';
import type { TrainedNetwork } from '../evaluate/index.js';
import { exportModel, readModelInfo } from '../interop/index.js';
import { Model } from '../nn/index.js';
import { hardwareOf, spaceFileName } from '../space/index.js';
import { guardWriteAsync, requireWritableFolder, resultsHint, writeFileAtomic } from '../store/index.js';
import type { BatchTrial } from './batch-runner.js';
import type { RunSetup } from './setup.js';

/** Name of the folder inside a run's folder. */
export const bestFolder = 'best';

/** All files that an export may hold. */
const exportFiles = [
  'architecture.json',
  spaceFileName,
  'graph.json',
  'weights.bin',
  'model.json',
  'model.weights.bin',
];

/** Where an export is written before its files take their names. */
const unfinished = '.export.tmp';

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
 * Writes a trained network into a folder of the user's, see {@link writeNetwork}: a new or empty one, or one that holds
 * an earlier export and nothing else, whose files are replaced once all of the new ones are written.
 *
 * @throws RESULTS_UNWRITABLE as {@link requireExportFolder} does
 */
export async function exportTrained(
  folder: string,
  setup: RunSetup,
  trial: BatchTrial,
  trained: TrainedNetwork,
): Promise<void> {
  // The training took a while: what is in the folder now counts.
  await requireExportFolder(folder);
  const partial = join(folder, unfinished);
  const clear = () => rmSync(partial, { recursive: true, force: true });
  const write = async () => {
    makeFolder(folder);
    clear();
    await writeNetwork(partial, setup, trial, trained);
    for (const name of exportFiles) rmSync(join(folder, name), { force: true });
    for (const name of readdirSync(partial)) renameSync(join(partial, name), join(folder, name));
  };
  await guardWriteAsync(`--export ${folder}`, write, 'name another folder with --export').finally(clear);
}

/**
 * Refuses a folder that an export could not be written to, or would spoil: a file, or a folder that holds anything but
 * an earlier export.
 *
 * @throws RESULTS_UNWRITABLE
 */
export async function requireExportFolder(folder: string): Promise<void> {
  requireWritableFolder(folder, '--export');
  const present = entries(folder).filter((name) => name !== unfinished);
  const foreign = present.find((name) => !exportFiles.includes(name));
  if (foreign === undefined && (present.length === 0 || (await holdsExport(folder)))) return;
  fail('RESULTS_UNWRITABLE', 'The folder for the trained network holds something else.', {
    source: `--export ${folder}`,
    found: foreign ?? present.join(', '),
    accepted: 'a folder that does not exist yet, is empty, or holds an earlier export and nothing else',
    hint: `--export ${join(folder, 'network')}`,
  });
}

function entries(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
}

/** Whether the folder holds a network that this program wrote. */
async function holdsExport(folder: string): Promise<boolean> {
  return readModelInfo(folder).then(
    () => true,
    () => false,
  );
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
