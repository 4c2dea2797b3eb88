import { Command, Option } from 'commander';
import { textTable } from '../../report/index.js';
import { loadSpace } from '../../space/index.js';
import {
  type Quality,
  type ScoreReport,
  type SurrogateKind,
  scoreSurrogate,
  surrogateKinds,
} from '../../surrogate/index.js';
import { jsonFlag, wholeNumber } from '../flags.js';
import { processOutput } from '../output.js';

interface ScoreFlags {
  readonly space: string;
  readonly train: string;
  readonly trainRows?: number;
  readonly test: string;
  readonly target: string;
  readonly kind: SurrogateKind;
  readonly seed: number;
  readonly folds: number;
  readonly json?: true;
}

/** `kirchhoff surrogate score`: how well surrogates predict rows that they have not seen. */
export function scoreCommand(): Command {
  return new Command('score')
    .description('fit a surrogate on one table and compare its predictions with another')
    .requiredOption('--space <name>', 'search space by name, or the path of its file')
    .requiredOption('--train <csv>', 'rows to fit on: a column "architecture", and the target')
    .option('--train-rows <n>', 'fit on the first so many rows only', wholeNumber(2))
    .requiredOption(
      '--test <csv>',
      'rows to predict, less those of architectures that are fitted; the same file stands for its other rows',
    )
    .requiredOption('--target <column>', 'what to predict; "m ± s" is read as m')
    .addOption(kindFlag())
    .option('--seed <n>', 'seed of all chance', wholeNumber(0), 0)
    .option('--folds <n>', 'folds of the cross-validation among the training rows; 0 for none', wholeNumber(0), 5)
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExample:\n  $ kirchhoff surrogate score --space nasbench201 --train cells.csv --train-rows 400 --test cells.csv --target finetuned_drift_86400',
    )
    .action((flags: ScoreFlags) => {
      const report = scoreSurrogate({ ...flags, space: loadSpace(flags.space) });
      processOutput(flags.json === true).answer(report, () => scoreText(report));
    });
}

/** `--kind <name>`. */
export function kindFlag(): Option {
  return new Option('--kind <name>', 'kind of surrogate').choices(surrogateKinds).default('blend');
}

function scoreText(report: ScoreReport): string {
  const { kind, target, trainRows, testRows, seenRows, dropped, unseenFeatures, crossValidated } = report;
  const left = dropped.train + dropped.test;
  const lines = [{ on: `${testRows} test rows`, quality: report as Quality }];
  if (unseenFeatures !== null && unseenFeatures.rows < testRows)
    lines.push({ on: `${unseenFeatures.rows} of them with features that were not fitted`, quality: unseenFeatures });
  if (crossValidated !== null)
    lines.push({ on: `${crossValidated.folds} folds of ${trainRows}`, quality: crossValidated });
  const note =
    left === 0 ? '' : `\n${dropped.train} training rows and ${dropped.test} test rows without a number were dropped`;
  const seen = seenRows === 0 ? '' : `\n${seenRows} test rows of architectures that are fitted were left out`;
  return `${kind}, ${target}, fitted on ${trainRows} rows\n${qualityTable(lines)}${note}${seen}`;
}

/** One line per set of rows. */
export function qualityTable(lines: readonly { readonly on: string; readonly quality: Quality }[]): string {
  const figure = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  return textTable<(typeof lines)[number]>(
    [
      { title: 'on', text: ({ on }) => on },
      { title: 'Kendall tau', number: true, text: ({ quality }) => figure(quality.kendallTau) },
      { title: 'better half', number: true, text: ({ quality }) => figure(quality.betterHalfKendallTau) },
      { title: 'nDCG', number: true, text: ({ quality }) => figure(quality.ndcg) },
      { title: 'RMSE', number: true, text: ({ quality }) => quality.rmse.toPrecision(3) },
    ],
    lines,
  );
}
