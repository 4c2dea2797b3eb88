import { copyFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { fail, makeFolder } from '../../config/index.js';
import { loadCrossbar } from '../../crossbar/index.js';
import { exportModel, fusionExport, loadModel, readModelInfo } from '../../interop/index.js';
import { matrixLayers } from '../../nn/index.js';
import {
  architectureFiles,
  bestFolder,
  exportStudy,
  intoExportFolder,
  requireExportFolder,
} from '../../search/index.js';
import { guardWrite, isLocked, readRun, requireWritableFile, resumeHint, writeFileAtomic } from '../../store/index.js';
import { useBackend } from '../../tensor/index.js';
import { jsonFlag, outputPath, resultsFlag } from '../flags.js';
import { fusionFlags } from '../fusion-flags.js';
import { processOutput } from '../output.js';

interface ExportFlags {
  readonly to: string;
  readonly format: 'tfjs' | 'optuna' | 'fusion';
  readonly crossbar: string;
  readonly gMax: number;
  readonly results: string;
  readonly json?: true;
}

/** `kirchhoff export`: what a run found or did, as files that other programs load. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'write the best network of a run as a TensorFlow.js model or as conductances, or its trials as a study',
    )
    .argument('<run>', 'id of a run; for a network also the folder of an exported model')
    .requiredOption(
      '--to <path>',
      'where to write: a folder for a model, a file for a study or for conductances',
      outputPath,
    )
    .addOption(
      new Option(
        '--format <format>',
        'tfjs: the best network (and our own files); fusion: its conductances on the Fusion chip, as CSV; optuna: all trials, as a journal',
      )
        .choices(['tfjs', 'optuna', 'fusion'])
        .default('tfjs'),
    );
  return fusionFlags(command)
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  $ kirchhoff export 0f3k9x2m1a7b --to my-model\n  then, in a program with tfjs-node: tf.loadLayersModel("file://my-model/model.json")\n  $ kirchhoff export 0f3k9x2m1a7b --format optuna --to study.log\n  then: optuna-dashboard study.log\n  $ kirchhoff export my-model --format fusion --to fusion.csv',
    )
    .action((run: string, flags: ExportFlags) => exporters[flags.format](run, flags));
}

const exporters = { tfjs: exportBest, optuna: exportTrials, fusion: exportConductances };

async function exportConductances(run: string, { to, results, crossbar, gMax, json }: ExportFlags): Promise<void> {
  requireWritableFile(to, '--to');
  const { mapping } = loadCrossbar(crossbar);
  await useBackend({ backend: 'cpu' });
  const model = await loadModel(modelFolder(run, results));
  const layers = matrixLayers(model.graph).length;
  const write = () => {
    makeFolder(dirname(to));
    writeFileAtomic(to, fusionExport(model, { mapping, gMax }));
  };
  guardWrite(to, write, 'name another file with --to');
  model.dispose();
  processOutput(json === true).answer({ file: to, layers }, () => `conductances of ${layers} layers written to ${to}`);
}

async function exportTrials(run: string, { to, results, json }: ExportFlags): Promise<void> {
  requireWritableFile(to, '--to');
  const trials = exportStudy(results, run, to);
  processOutput(json === true).answer({ file: to, trials }, () => `${trials} trials written to ${to}`);
}

async function exportBest(run: string, { to, results, json }: ExportFlags): Promise<void> {
  await requireExportFolder(to, '--to');
  const folder = modelFolder(run, results);
  refuseItself(folder, to);
  await useBackend({ backend: 'cpu' });
  const model = await loadModel(folder);
  const about = await readModelInfo(folder);
  const write = async (partial: string) => {
    const { files, withoutLayersModel } = await exportModel(model, partial, about);
    return { files: [...files, ...copyArchitecture(folder, partial)], withoutLayersModel };
  };
  const { files, withoutLayersModel } = await intoExportFolder(to, '--to', write);
  model.dispose();
  const output = processOutput(json === true);
  if (withoutLayersModel !== undefined) output.note(`note: no TensorFlow.js model: ${withoutLayersModel}`);
  output.answer({ folder: to, files }, () => `${files.join(', ')} written to ${to}`);
}

function refuseItself(folder: string, to: string): void {
  if (resolve(folder) !== resolve(to)) return;
  fail('USAGE', 'The model is in that folder already.', { source: '--to', found: to, accepted: 'another folder' });
}

/** Copies the point of the search space that a network is, and that space, where they are known. */
function copyArchitecture(from: string, to: string): string[] {
  const present = architectureFiles.filter((name) => existsSync(join(from, name)));
  for (const name of present) copyFileSync(join(from, name), join(to, name));
  return present;
}

function modelFolder(run: string, resultsDir: string): string {
  if (existsSync(join(run, 'graph.json'))) return run;
  const { state } = readRun(resultsDir, run);
  const folder = join(resultsDir, run, bestFolder);
  if (existsSync(folder)) return folder;
  return fail('RUN_NOT_FOUND', 'This run has no best network yet.', {
    source: join(resultsDir, run),
    found: `a run that is ${state}`,
    accepted: 'a finished run',
    hint: isLocked(join(resultsDir, run)) ? 'wait until it has ended' : resumeHint(run, resultsDir),
  });
}
