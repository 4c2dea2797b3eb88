import { Command } from 'commander';
import {
  compareStrategies,
  type StrategyComparison,
  type StrategyRun,
  type StrategySummary,
} from '../../benchmark/index.js';
import { percent, percentSpread, textTable } from '../../report/index.js';
import { type StrategyName, strategyNames } from '../../search/index.js';
import { configArgument, dataFlag, jsonFlag, resultsFlag, seedList, setFlag } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { processOutput } from '../output.js';
import { type ConfigFlags, readRunConfig } from '../run-config.js';
import { SearchScreen } from '../search-screen.js';
import { listedNames } from './benchmark-names.js';

interface StrategyFlags extends ConfigFlags {
  readonly strategies: StrategyName[];
  readonly seeds: number[];
  readonly results: string;
  readonly json?: true;
}

const strategyList = listedNames(strategyNames, (name) => name);

/** `kirchhoff benchmark strategies`: the same search with several strategies. */
export function benchmarkStrategiesCommand(): Command {
  return new Command('strategies')
    .description('the same search with several strategies over several seeds, with the same number of trials')
    .addArgument(configArgument())
    .option('--strategies <names>', 'which, separated by commas', strategyList, ['evolution', 'random'])
    .option('--seeds <numbers>', 'which seeds, separated by commas', seedList, [1, 2, 3])
    .addOption(dataFlag())
    .addOption(setFlag())
    .option('--backend <name>', 'auto, native, wasm, cpu, tensorflow or webgpu')
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText('after', '\nExample:\n  $ kirchhoff benchmark strategies configs/quickstart.yaml --seeds 1,2,3')
    .action(async (file: string, flags: StrategyFlags) => {
      const config = readRunConfig(file, flags);
      const output = processOutput(flags.json === true);
      let screen = new SearchScreen(output);
      const compare = (signal: AbortSignal): Promise<StrategyComparison> =>
        compareStrategies(config, {
          strategies: flags.strategies,
          seeds: flags.seeds,
          resultsDir: flags.results,
          signal,
          onRun: (strategy, seed) => {
            screen.stop();
            screen = new SearchScreen(output);
            output.note(`== ${strategy}, seed ${seed}`);
          },
          onEvent: (event) => screen.hear(event),
        });
      const comparison = await interruptible(
        compare,
        () => 'the comparison was interrupted; finished trials stay in the cache',
      ).finally(() => screen.stop());
      output.answer(comparison, () => comparisonTables(comparison));
    });
}

function comparisonTables({ trials, runs, summary }: StrategyComparison): string {
  const perRun = textTable<StrategyRun>(
    [
      { title: 'strategy', text: ({ strategy }) => strategy },
      { title: 'seed', number: true, text: ({ seed }) => String(seed) },
      {
        title: 'best 1-day accuracy',
        number: true,
        text: ({ best, bestStd }) => percentSpread({ mean: best, std: bestStd }),
      },
      { title: 'on test images', number: true, text: ({ test }) => (test === null ? '-' : percent(test)) },
      { title: 'run', text: ({ id }) => id },
    ],
    runs,
  );
  const overSeeds = textTable<StrategySummary>(
    [
      { title: 'strategy', text: ({ strategy }) => strategy },
      {
        title: 'mean of the best',
        number: true,
        text: ({ mean, std }) => (std === null ? percent(mean) : percentSpread({ mean, std })),
      },
      { title: 'seeds', number: true, text: ({ seeds: n }) => String(n) },
    ],
    summary,
  );
  const shown = summary[0]?.seeds === 1 ? 'one seed, so no spread' : 'mean and spread over seeds';
  return `${perRun}\n\n${trials} trials per run; ${shown}:\n${overSeeds}`;
}
