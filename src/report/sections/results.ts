import { type Html, html } from '../html.js';
import { driftPlot } from '../plots/drift-plot.js';
import { paretoPlot, paretoPoints } from '../plots/pareto-plot.js';
import { contenders, progressPlot } from '../plots/progress-plot.js';
import type { ReportData, ReportNetwork, ReportTrial } from '../report-data.js';
import { figure, noteStrip } from './figure.js';
import { trialRow } from './trials.js';

/** The first picture: accuracy over drift time, the best found against the baseline. Empty without final networks. */
export function driftSection({ networks, notes }: ReportData): Html {
  const shown = firstOfEachRole(networks);
  if (shown.length === 0) return html``;
  const repeats = shown[0]!.drift[0]?.repeats ?? 0;
  const measured =
    repeats > 1 ? `Mean and one standard deviation of ${repeats} independent programmings` : 'A single programming';
  const caption = `${measured}, on the test images. Dotted: the same network in floating point, before its hardware-aware training.`;
  const rows = networks.flatMap(({ role, name, drift }) =>
    drift.map(({ seconds, mean, std, repeats }) => ({ role, name, seconds, mean, std, repeats })),
  );
  return html`<section id="drift"><h2>Accuracy over drift time</h2>
${figure(driftPlot(shown), caption, 'accuracy-over-drift-time', rows)}${noteStrip(notes)}</section>`;
}

/** How the search went. Empty without a measured trial. */
export function progressSection({ trials, notes }: ReportData): Html {
  if (trials.every(({ measured }) => measured === null)) return html``;
  const failed = trials.filter(({ measured }) => measured === null).length;
  const cross = failed > 0 ? ` ${failed} failed (crosses).` : '';
  const several = trials.some(({ measured }) => measured?.drift.some(({ repeats }) => repeats > 1));
  const spread = several ? ', with one standard deviation' : '';
  const caption = `Every dot is a network trained and drifted in the search${spread}; the stair is the best so far.${hollowDots(trials)}${cross}`;
  return html`<section id="progress"><h2>Progress of the search</h2>
${figure(progressPlot(trials), caption, 'search-progress', trials.map(trialRow))}${noteStrip(notes)}</section>`;
}

/** Says what the hollow dots are, where there are any. */
function hollowDots(trials: readonly ReportTrial[]): string {
  const hollow = trials.length - contenders(trials).length - trials.filter(({ measured }) => measured === null).length;
  if (hollow === 0) return '';
  return ' Hollow dots do not count for it: their variation is beyond limits.avm or their fidelity below the highest reached.';
}

/** Accuracy against size. Empty without a measured trial. */
export function paretoSection({ trials, networks, notes }: ReportData): Html {
  const points = paretoPoints(trials, firstOfEachRole(networks));
  if (points.length === 0) return html``;
  const fidelity = trials.some(({ rung }) => rung !== undefined) ? ' of the highest fidelity' : '';
  const caption = `Dots: trials of the search on the validation images, those that no other${fidelity} beats in both in green with their front. Star: best found, square: baseline, both after full training on the test images.`;
  const rows = points.map(({ name, kind, parameters, accuracy, onFront }) => ({
    name,
    kind,
    parameters,
    oneDayAccuracy: accuracy / 100,
    onFront,
  }));
  return html`<section id="pareto"><h2>Accuracy against parameters</h2>
${figure(paretoPlot(points), caption, 'accuracy-against-parameters', rows)}${noteStrip(notes)}</section>`;
}

function firstOfEachRole(networks: readonly ReportNetwork[]): ReportNetwork[] {
  return (['found', 'baseline'] as const).flatMap((role) => networks.find((network) => network.role === role) ?? []);
}
