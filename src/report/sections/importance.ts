import { percent } from '../format.js';
import { type Html, html } from '../html.js';
import { importancePlot } from '../plots/importance-plot.js';
import type { ReportData, ReportImportance } from '../report-data.js';
import { figure, noteStrip } from './figure.js';

/** What the objectives depended on. Empty where the trials tell nothing. */
export function importanceSection({ importance = [], notes }: ReportData): Html {
  if (importance.length === 0) return html``;
  const figures = importance.map((one) => {
    const rows = one.genes.map(({ best, ...gene }) => ({
      ...gene,
      bestValue: best?.value ?? '',
      bestMean: best?.mean ?? '',
    }));
    const name = `importance-${one.objective.toLowerCase().replaceAll(/\W+/g, '-')}`;
    return html`<h3>${one.objective}</h3>${figure(importancePlot(one), captionOf(one), name, rows)}`;
  });
  return html`<section id="importance"><h2>What it depended on</h2>${figures}${noteStrip(notes)}</section>`;
}

function captionOf({ trials, heldOutR2, together, genes }: ReportImportance): string {
  const lead = `Share of the variance over the space that each gene explains by itself, from a forest fitted on ${trials} trials; lines: one standard deviation over its trees; open circles: what the gene would show by chance.`;
  const held = `On trials not seen the forest explains ${percent(Math.max(0, heldOutR2))} of the variance${
    heldOutR2 <= 0 ? ': these trials tell nothing about the genes' : ''
  }.`;
  const [first] = genes;
  const best = first?.best ? ` ${first.gene} is best at ${first.best.value}.` : '';
  return `${lead} Several genes together explain ${percent(together)}. ${held}${heldOutR2 > 0 ? best : ''}`;
}
