import { Command } from 'commander';
import { mostWorkers } from '../../evaluate/index.js';
import { runSearch } from '../../search/index.js';
import { configArgument, dataFlag, jsonFlag, resultsFlag, setFlag, wholeNumber } from '../flags.js';
import { processOutput } from '../output.js';
import { type ConfigFlags, readRunConfig } from '../run-config.js';
import { watchRun } from '../watch-run.js';

/** `kirchhoff search`: a config in, analog-robust models out. */
export function searchCommand(): Command {
  return new Command('search')
    .description('search architectures for a task, a space and a chip')
    .addArgument(configArgument())
    .addOption(dataFlag())
    .addOption(setFlag())
    .option('--seed <n>', 'seed of all chance', wholeNumber(0))
    .option('--workers <n>', 'trials at the same time', wholeNumber(1, mostWorkers))
    .option('--backend <name>', 'auto, native, wasm, cpu, tensorflow or webgpu')
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  $ kirchhoff search configs/quickstart.yaml\n  $ kirchhoff search configs/cifar10-small.yaml --data data/cifar10 --set search.trials=20',
    )
    .action(async (file: string, flags: ConfigFlags & { results: string; json?: true }) => {
      const config = readRunConfig(file, flags);
      await watchRun(processOutput(flags.json === true), flags.results, (options) => runSearch(config, options));
    });
}
