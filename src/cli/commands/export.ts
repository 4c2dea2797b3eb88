import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { fail } from '../../config/index.js';
import { exportModel, loadModel, readModelInfo } from '../../interop/index.js';
import { bestFolder } from '../../search/index.js';
import { readRun } from '../../store/index.js';
import { useBackend } from '../../tensor/index.js';
import { jsonFlag, resultsFlag } from '../flags.js';
import { processOutput } from '../output.js';

/** `kirchhoff export`: the trained network of a run as files that other programs load. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the best network of a run as a TensorFlow.js model (and as our own files)')
    .argument('<run>', 'id of a finished run, or the folder of an exported model')
    .requiredOption('--to <folder>', 'where to write')
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExample:\n  $ kirchhoff export 0f3k9x2m1a7b --to my-model\n  then in any program: tf.loadLayersModel("file://my-model/model.json")',
    )
    .action(async (run: string, flags: { to: string; results: string; json?: true }) => {
      await useBackend({ backend: 'cpu' });
      const folder = modelFolder(run, flags.results);
      const model = await loadModel(folder);
      const { files, withoutLayersModel } = await exportModel(model, flags.to, await readModelInfo(folder));
      model.dispose();
      const output = processOutput(flags.json === true);
      if (withoutLayersModel !== undefined) output.note(`note: no TensorFlow.js model: ${withoutLayersModel}`);
      output.answer({ folder: flags.to, files }, () => `${files.join(', ')} written to ${flags.to}`);
    });
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
    hint: `kirchhoff resume ${run}`,
  });
}
