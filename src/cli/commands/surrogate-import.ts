import { Command, Option } from 'commander';
import { textTable } from '../../report/index.js';
import { loadSpace } from '../../space/index.js';
import { requireWritableFolder } from '../../store/index.js';
import { type ImportSummary, importSurrogate } from '../../surrogate/index.js';
import { jsonFlag, outputPath } from '../flags.js';
import { processOutput } from '../output.js';

interface ImportFlags {
  readonly space: string;
  readonly encoding: 'base' | 'extended';
  readonly score: string;
  readonly avm: string;
  readonly std: string;
  readonly to: string;
  readonly json?: true;
}

/** `kirchhoff surrogate import`: models that XGBoost wrote elsewhere. */
export function importCommand(): Command {
  return new Command('import')
    .description('make a surrogate of XGBoost models from elsewhere: JSON, UBJSON, or the legacy binary (.bst)')
    .requiredOption('--space <name>', 'search space by name, or the path of its file')
    .addOption(
      new Option('--encoding <kind>', 'what they were fitted on: base is the published 22 values')
        .choices(['base', 'extended'])
        .default('base'),
    )
    .requiredOption('--score <file>', 'model of 1-day accuracy')
    .requiredOption('--avm <file>', 'model of accuracy variation over one month')
    .requiredOption('--std <file>', 'model of the spread of 1-day accuracy')
    .requiredOption('--to <folder>', 'where the models and card.json are written', outputPath)
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExample:\n  $ kirchhoff surrogate import --space analognas-cifar10 --score xgboost_ranker_acc.bst --avm xgboost_avm.bst --std xgboost_std.bst --to surrogates/ibm',
    )
    .action(({ space, encoding, score, avm, std, to, json }: ImportFlags) => {
      requireWritableFolder(to, '--to');
      const summary = importSurrogate({ space: loadSpace(space), encoding, models: { score, avm, std }, to });
      processOutput(json === true).answer(summary, () => summaryText(summary));
    });
}

function summaryText({ folder, features, models }: ImportSummary): string {
  const table = textTable<[string, ImportSummary['models'][string]]>(
    [
      { title: 'model', text: ([target]) => target },
      { title: 'objective', text: ([, { objective }]) => objective },
      { title: 'trees', number: true, text: ([, { trees }]) => String(trees) },
    ],
    Object.entries(models),
  );
  return `${features} features, in ${folder}\n${table}`;
}
