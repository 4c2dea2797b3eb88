import { describeBinding } from '../binding-limit.js';
import { count, percent, percentSpread, si } from '../format.js';
import { type Html, html } from '../html.js';
import { oneDayOf } from '../one-day.js';
import { networkPicture } from '../picture/network-picture.js';
import type { ReportData, ReportNetwork } from '../report-data.js';
import { dataLink, figure, noteStrip } from './figure.js';
import { type Column, table } from './table.js';

const resultColumns: readonly Column<ReportNetwork>[] = [
  { title: 'network', text: labelOf },
  { title: '1-day accuracy', number: true, text: ({ drift }) => percentSpread(oneDayOf(drift)) },
  { title: 'after the longest time', number: true, text: ({ drift }) => percentSpread(drift.at(-1)!) },
  { title: 'lost', number: true, text: ({ avm }) => percent(avm) },
  { title: 'digital', number: true, text: ({ digitalAccuracy }) => percent(digitalAccuracy) },
  { title: 'parameters', number: true, text: ({ parameters }) => count(parameters) },
  { title: 'multiply-adds', number: true, text: ({ macs }) => count(macs) },
];

const chipColumns: readonly Column<ReportNetwork>[] = [
  { title: 'network', text: labelOf },
  { title: 'cores', number: true, text: ({ chip }) => String(chip.cores) },
  { title: 'fits', text: ({ chip }) => (chip.fits ? 'yes' : 'no') },
  { title: 'cells used', number: true, text: ({ chip }) => percent(chip.utilisation) },
  { title: 'latency', number: true, text: ({ chip }) => orDash(chip.latencySeconds, 's') },
  { title: 'energy', number: true, text: ({ chip }) => orDash(chip.energyJoules, 'J') },
  { title: 'inferences per joule', number: true, text: ({ chip }) => perJoule(chip.energyJoules) },
  { title: 'limit that binds', text: ({ binding }) => describeBinding(binding) },
];

/** The final table. Empty until the run has one. */
export function networksSection({ networks, notes }: ReportData): Html {
  if (networks.length === 0) return html``;
  return html`<section id="networks"><h2>Final table</h2>
<p class="faint">Trained at full length, measured on the test images. ${dataLink('final-table', networks.map(networkRow))}</p>
${table(resultColumns, networks, ({ rank }) => (rank === 1 ? 'best' : ''))}${noteStrip(notes)}</section>`;
}

/** The best network, drawn. Empty when there is none. */
export function architectureSection({ bestGraph }: ReportData): Html {
  if (bestGraph === null) return html``;
  const caption = 'Each box is a layer with the shape of its result; read the columns from left to right.';
  return html`<section id="architecture"><h2>The best architecture</h2>
${figure(networkPicture(bestGraph), caption, 'architecture', [])}</section>`;
}

/** What the networks need on the chip, with further pictures. */
export function chipSection({ networks, notes, arraysAssumed = false, pictures, chip }: ReportData): Html {
  if (networks.length === 0 && pictures.length === 0) return html``;
  const figures = pictures.map(
    ({ title, caption, svg, data }) =>
      html`<h3>${title}</h3>${figure(svg, caption, title.toLowerCase().replaceAll(/\W+/g, '-'), data ?? [])}`,
  );
  const rows = networks.length > 0 ? table(chipColumns, networks, ({ rank }) => (rank === 1 ? 'best' : '')) : html``;
  const rest = arraysAssumed ? 'with figures that rest in part on assumptions' : 'the published figures';
  return html`<section id="chip"><h2>On the chip ${chip}</h2>
<p class="faint">One block per core, one copy of each layer; arrays and converters only, ${rest}. ${dataLink('chip', networks.map(networkRow))}</p>
${rows}${arraysAssumed ? noteStrip(notes) : html``}${figures}</section>`;
}

function labelOf({ role, rank, name }: ReportNetwork): string {
  return role === 'baseline' ? `baseline ${name}` : `${rank}. ${name}`;
}

function networkRow({ role, rank, name, digitalAccuracy, drift, avm, parameters, macs, chip, binding }: ReportNetwork) {
  const { mean, std, repeats } = oneDayOf(drift);
  const accuracy = { oneDayAccuracy: mean, oneDayStd: std, repeats, digitalAccuracy, avm };
  const limit = { limitThatBinds: binding?.name ?? null, shareOfLimit: binding?.share ?? null };
  return { role, rank, name, ...accuracy, parameters, macs, ...chip, ...limit };
}

function orDash(value: number | null, unit: string): string {
  return value === null ? '–' : si(value, unit);
}

function perJoule(energyJoules: number | null): string {
  return energyJoules === null || energyJoules === 0 ? '–' : count(Math.round(1 / energyJoules));
}
