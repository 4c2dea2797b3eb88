import { Command } from 'commander';
import { collectCommand } from './surrogate-collect.js';
import { fitCommand } from './surrogate-fit.js';
import { importCommand } from './surrogate-import.js';
import { scoreCommand } from './surrogate-score.js';

/** `kirchhoff surrogate`: the data behind surrogates, and the models. */
export function surrogateCommand(): Command {
  return new Command('surrogate')
    .description('gather what surrogates learn from; fit, import and score them')
    .addCommand(collectCommand())
    .addCommand(fitCommand())
    .addCommand(scoreCommand())
    .addCommand(importCommand())
    .addHelpText(
      'after',
      '\nExample:\n  $ kirchhoff surrogate collect configs/cifar10-surrogate.yaml --data data/cifar10 --to surrogates/cifar10',
    );
}
