import { Command } from 'commander';
import { mostWorkers } from '../../evaluate/index.js';
import { resumeRun } from '../../search/index.js';
import { jsonFlag, resultsFlag, wholeNumber } from '../flags.js';
import { processOutput } from '../output.js';
import { watchRun } from '../watch-run.js';

/** `kirchhoff resume`: carries on with a run that was stopped or killed. */
export function resumeCommand(): Command {
  return new Command('resume')
    .description('carry on with a run that was stopped or killed')
    .argument('<run-id>', 'name of its folder in the results folder')
    .option('--workers <n>', 'trials at the same time', wholeNumber(1, mostWorkers))
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText('after', '\nExample:\n  $ kirchhoff resume 0f3k9x2m1a7b')
    .action(async (id: string, flags: { workers?: number; results: string; json?: true }) => {
      await watchRun(processOutput(flags.json === true), flags.results, (options) =>
        resumeRun(id, { ...options, workers: flags.workers }),
      );
    });
}
