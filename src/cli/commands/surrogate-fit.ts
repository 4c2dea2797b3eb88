import { Command } from 'commander';
import { textTable } from '../../report/index.js';
import { requireWritableFolder } from '../../store/index.js';
import {
  type FitSummary,
  fitSurrogate,
  type RowsOrigin,
  type SurrogateKind,
  spaceOfRows,
} from '../../surrogate/index.js';
import { jsonFlag, outputPath, wholeNumber } from '../flags.js';
import { processOutput } from '../output.js';
import { kindFlag, qualityTable } from './surrogate-score.js';

interface FitFlags extends RowsOrigin {
  readonly space: string;
  readonly rows: string;
  readonly repeats?: string;
  readonly to: string;
  readonly kind: SurrogateKind;
  readonly seed: number;
  readonly folds: number;
  readonly json?: true;
}

/** Features of the table that people see; the card has all. */
const SHOWN_FEATURES = 8;

/** `kirchhoff surrogate fit`: models and card from collected rows. */
export function fitCommand(): Command {
  return new Command('fit')
    .description('fit a surrogate on collected rows, for searches to begin with (surrogate.warmStart)')
    .requiredOption('--space <name>', 'search space by name, or the path of its file')
    .requiredOption('--rows <csv>', 'evaluated architectures, as "surrogate collect" writes them')
    .option('--repeats <csv>', 'second evaluations of some of them; repeats.csv beside the rows if absent')
    .requiredOption('--to <folder>', 'where the models and card.json are written', outputPath)
    .option(
      '--side <n>',
      'height and width of the images that the rows were made with; that of collection.json beside the rows if absent',
      wholeNumber(1),
    )
    .option(
      '--chip <name>',
      'chip that the rows were made for, by name or the path of its file; that of collection.json if absent',
    )
    .addOption(kindFlag())
    .option('--seed <n>', 'seed of all chance', wholeNumber(0), 1)
    .option('--folds <n>', 'parts that are held out in turn to measure it', wholeNumber(2), 5)
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExample:\n  $ kirchhoff surrogate fit --space analognas-cifar10 --rows surrogates/cifar10/rows.csv --to surrogates/cifar10',
    )
    .action((flags: FitFlags) => {
      requireWritableFolder(flags.to, '--to');
      const space = spaceOfRows(flags.space, flags.rows, flags);
      const summary = fitSurrogate({ ...flags, space, command: commandLine(flags) });
      processOutput(flags.json === true).answer(summary, () => summaryText(summary));
    });
}

/** The command that gives the same result. */
function commandLine({ space, rows, repeats, side, chip, to, kind, seed, folds }: FitFlags): string {
  const second = repeats === undefined ? '' : ` --repeats ${repeats}`;
  const origin = `${side === undefined ? '' : ` --side ${side}`}${chip === undefined ? '' : ` --chip ${chip}`}`;
  return `kirchhoff surrogate fit --space ${space} --rows ${rows}${second}${origin} --to ${to} --kind ${kind} --seed ${seed} --folds ${folds}`;
}

function summaryText({ folder, kind, rows, dropped, quality, ceiling, importance }: FitSummary): string {
  const measured = [
    { on: '1-day accuracy', quality: quality.oneDayAccuracy },
    { on: 'accuracy variation', quality: quality.avm },
    { on: 'spread', quality: quality.std },
  ].flatMap(({ on, quality: each }) => (each === null ? [] : [{ on, quality: each }]));
  const features = textTable<FitSummary['importance'][number]>(
    [
      { title: 'feature', text: ({ feature }) => feature },
      { title: 'tau lost without it', number: true, text: ({ importance: lost }) => lost.toFixed(3) },
    ],
    importance.slice(0, SHOWN_FEATURES),
  );
  const limit =
    ceiling === null
      ? 'no architecture was evaluated twice, so the ceiling is not known'
      : `${ceiling.pairs} architectures evaluated twice agree by tau ${ceiling.retestKendallTau.toFixed(3)}, so that no predictor can be expected above about ${ceiling.kendallTau.toFixed(3)}`;
  return [
    `${kind} surrogate of ${rows} rows (${dropped} without figures left out) in ${folder}; on held-out rows:`,
    qualityTable(measured),
    limit,
    '',
    features,
  ].join('\n');
}
