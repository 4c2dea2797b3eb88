import { Command } from 'commander';
import { percent, type TextColumn, textTable } from '../../report/index.js';
import { type GeneShare, type Importance, importanceOfRun } from '../../search/index.js';
import { jsonFlag, resultsFlag } from '../flags.js';
import { processOutput } from '../output.js';

/** `kirchhoff importance`: which genes mattered in a run. */
export function importanceCommand(): Command {
  return new Command('importance')
    .description('show how much each gene of the space mattered in a run, by its trials')
    .argument('<run-id>', 'a run with at least 8 successful trials; it need not be finished')
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText('after', '\nExample:\n  $ kirchhoff importance 0f3k9x2m1a7b')
    .action((id: string, { results, json }: { results: string; json?: true }) => {
      const answer = importanceOfRun(results, id);
      processOutput(json === true).answer({ run: id, ...answer }, () => describe(answer));
    });
}

const columns: readonly TextColumn<GeneShare>[] = [
  { title: 'gene', text: ({ gene }) => gene },
  { title: 'share', number: true, text: ({ share }) => percent(share) },
  { title: 'spread', number: true, text: ({ std }) => percent(std) },
  { title: 'by chance', number: true, text: ({ chance }) => percent(chance) },
  { title: 'best value', number: true, text: ({ best }) => best?.value ?? '-' },
  { title: 'its mean', number: true, text: ({ best }) => (best === null ? '-' : best.mean.toPrecision(4)) },
];

function describe({ trials, importance }: { trials: number; importance: readonly Importance[] }): string {
  if (importance.length === 0)
    return `${trials} successful trials tell nothing about the genes: 8 that differ are needed.`;
  return importance.map(describeOne).join('\n\n');
}

function describeOne({ objective, trials, heldOutR2, together, genes }: Importance): string {
  return [
    `${objective}: share of its variance over the space, by a forest on ${trials} trials`,
    textTable(columns, genes),
    `Several genes together: ${percent(together)}. R2 on trials not seen: ${heldOutR2.toFixed(2)}${heldOutR2 <= 0 ? ', so these trials tell nothing about the genes' : ''}.`,
  ].join('\n');
}
