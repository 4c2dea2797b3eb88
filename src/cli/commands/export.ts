import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { fail } from '../../config/index.js';
import { exportModel, loadModel, readModelInfo } from '../../interop/index.js';
import { bestFolder, exportStudy } from '../../search/index.js';
import { isLocked, readRun } from '../../store/index.js';
import { useBackend } from '../../tensor/index.js';
import { jsonFlag, resultsFlag } from '../flags.js';
import { processOutput } from '../output.js';

interface ExportFlags {
  readonly to: string;
  readonly format: 'tfjs' | 'optuna';
  readonly results: string;
  readonly json?: true;
}

/** `kirchhoff export`: what a run found or did, as files that other programs load. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the best network of a run as a TensorFlow.js model, or its trials as an Optuna study')
    .argument('<run>', 'id of a run; for a model also the folder of an exported model')
    .requiredOption('--to <path>', 'where to write: a folder for a model, a file for a study')
    .addOption(
      new Option('--format <format>', 'tfjs: the best network (and our own files); optuna: all trials, as a journal')
        .choices(['tfjs', 'optuna'])
        .default('tfjs'),
    )
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  $ kirchhoff export 0f3k9x2m1a7b --to my-model\n  then, in a program with tfjs-node: tf.loadLayersModel("file://my-model/model.json")\n  $ kirchhoff export 0f3k9x2m1a7b --format optuna --to study.log\n  then: optuna-dashboard study.log',
    )
    .action((run: string, flags: ExportFlags) => (flags.format === 'optuna' ? exportTrials : exportBest)(run, flags));
}

async function exportTrials(run: string, { to, results, json }: ExportFlags): Promise<void> {
  const trials = exportStudy(results, run, to);
  processOutput(json === true).answer({ file: to, trials }, () => `${trials} trials written to ${to}`);
}

async function exportBest(run: string, { to, results, json }: ExportFlags): Promise<void> {
  await useBackend({ backend: 'cpu' });
  const folder = modelFolder(run, results);
  const model = await loadModel(folder);
  const { files, withoutLayersModel } = await exportModel(model, to, await readModelInfo(folder));
  model.dispose();
  const output = processOutput(json === true);
  if (withoutLayersModel !== undefined) output.note(`note: no TensorFlow.js model: ${withoutLayersModel}`);
  output.answer({ folder: to, files }, () => `${files.join(', ')} written to ${to}`);
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
    hint: isLocked(join(resultsDir, run)) ? 'wait until it has ended' : `kirchhoff resume ${run}`,
  });
}
