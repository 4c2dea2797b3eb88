import { objectiveText } from '../format.js';
import { type Html, html } from '../html.js';
import { frontPlot, volumePlot } from '../plots/front-plot.js';
import type { ReportData, ReportFront } from '../report-data.js';
import { figure } from './figure.js';

/** Pairs of objectives that are drawn: the first with each of the others. */
const mostPictures = 3;

/** The Pareto front of a search for several objectives, and how it grew. Empty for one objective. */
export function frontSection({ front }: ReportData): Html {
  if (front === null || front.members.length === 0) return html``;
  const rows = front.members.map(({ number, name, values }) => ({ trial: number, name, ...values }));
  const [first, ...others] = front.objectives;
  const pictures = others.slice(0, mostPictures).map((other) => {
    const caption = `Trials that no other beats in everything, on the validation images: ${first!.title} against ${other.title}.`;
    return figure(frontPlot(front, first!, other), caption, `pareto-front-${other.name}`, rows);
  });
  const history = front.hypervolume.history.map((share, trial) => ({ trial, hypervolume: share }));
  const caption = `Share of the box between the reference point (${referenceText(front)}) and the ideal point that the trials so far dominate.`;
  return html`<section id="front"><h2>Pareto front</h2>
${pictures}${figure(volumePlot(front.hypervolume.history), caption, 'hypervolume', history)}</section>`;
}

function referenceText({ objectives, hypervolume }: ReportFront): string {
  return objectives
    .map(({ name, title }) => `${title} ${objectiveText(name, hypervolume.reference[name]!)}`)
    .join(', ');
}
