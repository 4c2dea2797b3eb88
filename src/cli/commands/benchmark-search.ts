import { join } from 'node:path';
import { Command, Option } from 'commander';
import {
  type Contender,
  type ContenderResult,
  compareOnTable,
  contenders,
  readTabular,
  regretPlot,
  type TabularComparison,
} from '../../benchmark/index.js';
import { fail, makeFolder } from '../../config/index.js';
import { parseDataOption } from '../../data/index.js';
import { standalonePlot, textTable } from '../../report/index.js';
import { guardPlace, writeFileAtomic } from '../../store/index.js';
import { jsonFlag, outputPath, wholeNumber } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { processOutput } from '../output.js';
import { stepProgress } from '../progress.js';
import { listedNames } from './benchmark-names.js';

interface Flags {
  readonly table?: string;
  readonly data?: string;
  readonly space: string;
  readonly target: string;
  readonly strategies: readonly Contender[];
  readonly seeds: number;
  readonly seed: number;
  readonly queries: number;
  readonly batch: number;
  readonly out?: string;
  readonly json?: true;
}

/** Name of the table inside a data folder. */
const tableFile = 'cells.csv';

/** Most searches per strategy, and most queries of each: the regrets of all of them are held in memory. */
const mostSearches = 1_000;
const mostQueries = 100_000;

const contenderList = listedNames(contenders, ({ name }) => name);

/** `kirchhoff benchmark search`: every strategy on a table of measured architectures. */
export function benchmarkSearchCommand(): Command {
  return new Command('search')
    .description('every strategy on a table of measured architectures: nothing is trained, regret is exact')
    .option('--table <csv>', 'table with a column "architecture" and the target; this or --data is needed')
    .option('--data <folder>', 'in place of --table: a folder that holds cells.csv')
    .option('--space <name>', 'space of the architectures', 'nasbench201')
    .option('--target <column>', 'column to be maximised', 'finetuned_drift_86400')
    .addOption(
      new Option('--strategies <names>', 'which, separated by commas')
        .argParser(contenderList)
        .default(contenders, 'all'),
    )
    .option('--seeds <n>', 'searches per strategy', wholeNumber(1, mostSearches), 50)
    .option('--seed <n>', 'seed of the first search', wholeNumber(0, Number.MAX_SAFE_INTEGER - mostSearches), 1)
    .option('--queries <n>', 'architectures that each search may ask for', wholeNumber(1, mostQueries), 200)
    .option('--batch <n>', 'architectures asked for at a time', wholeNumber(1), 10)
    .option('--out <folder>', 'also write search.json, search.svg and search.md there', outputPath)
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExample:\n  $ kirchhoff benchmark search --table analognasbench/cells.csv --seeds 50 --queries 200 --out comparison',
    )
    .action(async (flags: Flags) => {
      const output = processOutput(flags.json === true);
      const table = readTabular(tablePath(flags), flags.space, flags.target);
      const { out } = flags;
      if (out !== undefined) guardPlace(out, () => makeFolder(out), 'name another folder with --out');
      const progress = stepProgress(output, 'searches');
      const comparison = await interruptible(
        (signal) =>
          compareOnTable(
            table,
            {
              contenders: flags.strategies,
              seeds: flags.seeds,
              firstSeed: flags.seed,
              queries: flags.queries,
              batch: flags.batch,
            },
            { signal, onGame: (_contender, done, total) => progress.update(done, total) },
          ),
        () => 'the comparison was interrupted; nothing was written',
      ).finally(() => progress.stop());
      if (out !== undefined) writeComparison(out, comparison);
      output.answer(comparison, () => comparisonText(comparison));
      if (out !== undefined) output.note(`written: search.json, search.svg and search.md in ${out}`);
    });
}

function tablePath({ table, data }: Flags): string {
  if (table !== undefined) return table;
  if (data !== undefined) return join(parseDataOption(data).folder, tableFile);
  return fail('USAGE', 'The benchmark needs a table.', {
    path: '--table',
    found: 'nothing',
    accepted: `a CSV file, or --data with a folder that holds ${tableFile}`,
  });
}

/** Writes a comparison as data, picture and table. */
export function writeComparison(folder: string, comparison: TabularComparison): void {
  writeFileAtomic(join(folder, 'search.json'), `${JSON.stringify(comparison)}\n`);
  writeFileAtomic(join(folder, 'search.svg'), `${standalonePlot(regretPlot(comparison))}\n`);
  writeFileAtomic(join(folder, 'search.md'), `\`\`\`\n${comparisonText(comparison)}\n\`\`\`\n`);
}

function comparisonText(comparison: TabularComparison): string {
  const { target, rows, dropped, repeated, best, queries, batch, surrogateAfter } = comparison;
  const ranked = [...comparison.contenders].sort((a, b) => a.finalRegret.mean - b.finalRegret.mean);
  const table = textTable<ContenderResult>(
    [
      { title: 'strategy', text: ({ name }) => name },
      { title: 'surrogate', text: ({ surrogate }) => surrogate ?? '-' },
      { title: 'final regret', number: true, text: ({ finalRegret }) => finalRegret.mean.toFixed(3) },
      {
        title: '95 % interval',
        number: true,
        text: ({ finalRegret: { low, high } }) =>
          low === null || high === null ? '-' : `${low.toFixed(3)} to ${high.toFixed(3)}`,
      },
      { title: 'halfway', number: true, text: ({ curve }) => curve.mean[Math.ceil(queries / 2) - 1]!.toFixed(3) },
      { title: 'beats', text: ({ beats }) => (beats.length === 0 ? '-' : beats.join(', ')) },
    ],
    ranked,
  );
  return [
    table,
    '',
    `Regret on ${target}: the best of ${rows} architectures, ${best}, less the best found.`,
    `${searchesOf(comparison)}, ${queries} queries, ${batch} at a time; surrogates from ${surrogateAfter} queries on.`,
    `Rows left out: ${dropped} without a number, ${repeated} repeated. ${meaningOfBeats(comparison)}`,
  ].join('\n');
}

function searchesOf({ seeds, firstSeed }: TabularComparison): string {
  if (seeds === 1) return `1 search each (seed ${firstSeed})`;
  return `${seeds} searches each (seeds ${firstSeed} to ${firstSeed + seeds - 1})`;
}

function meaningOfBeats({ seeds }: TabularComparison): string {
  if (seeds > 1) return '"Beats": the intervals do not touch.';
  return 'One search tells nothing of the spread: no interval, and no "beats", without --seeds 2 or more.';
}
