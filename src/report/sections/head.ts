import { count, driftSpan, percent, percentSpread, points, si, workingTime } from '../format.js';
import { type Html, html } from '../html.js';
import { oneDayOf } from '../one-day.js';
import type { ReportData, ReportNetwork } from '../report-data.js';

/** Title, what the run was, and the figures that matter. */
export function headSection(data: ReportData): Html {
  const { task, space, chip, seed, state, createdAt, elapsedSeconds } = data;
  const trials = `${data.trials.length} trials in ${workingTime(elapsedSeconds)}`;
  return html`<header><h1>Architecture search: ${task}</h1>
<p class="faint">Run ${data.id} (${state}) · search space ${space} · chip ${chip} · seed ${seed} · ${trials} · ${createdAt.slice(0, 16).replace('T', ' ')}</p>
${keyFigures(data.networks)}</header>`;
}

function keyFigures(networks: readonly ReportNetwork[]): Html {
  const best = networks.find(({ role }) => role === 'found');
  if (best === undefined) return html``;
  const baseline = networks.find(({ role }) => role === 'baseline');
  const day = oneDayOf(best.drift);
  const gain =
    baseline === undefined ? '' : `${points(day.mean - oneDayOf(baseline.drift).mean)} against ${baseline.name}`;
  const cards: [string, string, string][] = [
    ['1-day accuracy', percentSpread(day), gain],
    [
      `change over ${driftSpan(best.drift.at(-1)!.seconds)}`,
      points(-best.avm),
      `digital ${percent(best.digitalAccuracy)}`,
    ],
    ['parameters', count(best.parameters), `${count(best.macs)} multiply-adds`],
    [
      'cores',
      String(best.chip.cores),
      best.chip.fits ? `fits, ${percent(best.chip.utilisation)} used` : 'does not fit the chip',
    ],
  ];
  const { latencySeconds, energyJoules } = best.chip;
  if (latencySeconds !== null && energyJoules !== null) {
    cards.push(['latency', si(latencySeconds, 's'), `${si(energyJoules, 'J')} per inference`]);
  }
  return html`<div class="cards">${cards.map(([label, value, below]) => html`<div class="card"><span>${label}</span><b>${value}</b><span>${below}</span></div>`)}</div>`;
}
