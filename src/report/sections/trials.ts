import { describeBinding } from '../binding-limit.js';
import type { CsvRow } from '../csv.js';
import { count, driftSpan, percent, percentSpread } from '../format.js';
import { type Html, html } from '../html.js';
import { oneDayOf } from '../one-day.js';
import type { ReportData, ReportTrial } from '../report-data.js';
import { dataLink, noteStrip } from './figure.js';
import { type Column, table } from './table.js';

type Measured = NonNullable<ReportTrial['measured']>;

const rungColumn: Column<ReportTrial> = { title: 'rung', number: true, text: ({ rung }) => String(rung ?? '–') };

const firstColumns: readonly Column<ReportTrial>[] = [
  { title: 'trial', number: true, text: ({ number }) => String(number) },
  { title: 'round', number: true, text: ({ round }) => String(round) },
  { title: 'architecture', text: ({ name }) => name },
  { title: '1-day accuracy', number: true, text: of(({ drift }) => percentSpread(oneDayOf(drift))) },
  { title: 'digital', number: true, text: of(({ digitalAccuracy }) => percent(digitalAccuracy)) },
];

const lastColumns: readonly Column<ReportTrial>[] = [
  { title: 'parameters', number: true, text: of(({ parameters }) => count(parameters)) },
  { title: 'multiply-adds', number: true, text: of(({ macs }) => count(macs)) },
  { title: 'cores', number: true, text: of(({ chip }) => String(chip.cores)) },
  { title: 'limit that binds', text: of(({ binding }) => describeBinding(binding)) },
];

/** All trials of the search. Empty without any. */
export function trialsSection({ trials, bestTrial, notes }: ReportData): Html {
  if (trials.length === 0) return html``;
  const mark = (trial: ReportTrial) => (trial.number === bestTrial ? 'best' : trial.measured === null ? 'failed' : '');
  return html`<section id="trials"><h2>Trials</h2>
<p class="faint">On the validation images. ${dataLink('trials', trials.map(trialRow))}</p>
${table(columnsOf(trials), trials, mark)}${noteStrip(notes)}</section>`;
}

function columnsOf(trials: readonly ReportTrial[]): Column<ReportTrial>[] {
  const last = trials.find(({ measured }) => measured !== null)?.measured?.drift.at(-1)?.seconds;
  const lost = last === undefined ? 'lost' : `lost in ${driftSpan(last)}`;
  return [
    ...firstColumns,
    ...(trials.some(({ rung }) => rung !== undefined) ? [rungColumn] : []),
    { title: lost, number: true, text: of(({ avm }) => percent(avm)) },
    ...lastColumns,
    ...(trials.some(({ reason }) => reason !== null) ? [{ title: 'failed because', wrap: true, text: reasonOf }] : []),
  ];
}

/** A trial as a row of the download. */
export function trialRow({ number, round, name, measured, reason, rung }: ReportTrial): CsvRow {
  const place = rung === undefined ? { round } : { round, rung };
  const head = { trial: number, ...place, architecture: name, state: measured === null ? 'failed' : 'done' };
  if (measured === null) return { ...head, reason };
  const { mean, std, repeats } = oneDayOf(measured.drift);
  return {
    ...head,
    oneDayAccuracy: mean,
    oneDayStd: std,
    repeats,
    digitalAccuracy: measured.digitalAccuracy,
    avm: measured.avm,
    parameters: measured.parameters,
    macs: measured.macs,
    cores: measured.chip.cores,
    fits: measured.chip.fits,
    latencySeconds: measured.chip.latencySeconds,
    energyJoules: measured.chip.energyJoules,
    limitThatBinds: measured.binding?.name ?? null,
    shareOfLimit: measured.binding?.share ?? null,
    reason,
  };
}

function of(text: (measured: Measured) => string): (trial: ReportTrial) => string {
  return ({ measured }) => (measured === null ? '–' : text(measured));
}

function reasonOf({ reason }: ReportTrial): string {
  return reason ?? '';
}
