import { Command } from 'commander';
import { benchmarkNetworksCommand } from './benchmark-networks.js';
import { benchmarkSearchCommand } from './benchmark-search.js';
import { benchmarkStrategiesCommand } from './benchmark-strategies.js';

/** `kirchhoff benchmark`: comparisons. */
export function benchmarkCommand(): Command {
  return new Command('benchmark')
    .description('compare networks over training seeds, and ways of searching')
    .addCommand(benchmarkNetworksCommand())
    .addCommand(benchmarkStrategiesCommand())
    .addCommand(benchmarkSearchCommand())
    .addHelpText('after', '\nExample:\n  $ kirchhoff benchmark strategies --seeds 1,2,3');
}
