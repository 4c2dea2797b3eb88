import type { CsvRow } from './csv.js';
import { driftTime, percent, percentSpread } from './format.js';
import { html, raw } from './html.js';
import { sweepLines, sweepPlot, sweepTime } from './plots/sweep-plot.js';
import { figure, noteStrip } from './sections/figure.js';
import { type Column, table } from './sections/table.js';
import { style } from './style.js';
import type { SweepData } from './sweep-data.js';

type Point = SweepData['points'][number];

/** The page of a sweep: picture, table, data to download. It needs no network and no script. */
export function renderSweep(data: SweepData): string {
  const { name, crossbar, digitalAccuracy, images, axes, points, notes } = data;
  const times = points[0]?.analog.map(({ seconds }) => seconds) ?? [];
  const columns: Column<Point>[] = [
    ...axes.map(({ path }) => ({ title: path, number: true, text: ({ values }: Point) => String(values[path]) })),
    ...times.map((seconds, i) => ({
      title: `after ${driftTime(seconds)}`,
      number: true,
      text: ({ analog }: Point) => percentSpread(analog[i]!),
    })),
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${name}: sweep of ${axes.map(({ path }) => path).join(', ')}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<header><h1>${name}: sweep of ${axes.map(({ path }) => path).join(', ')}</h1>
<p class="faint">crossbar ${crossbar} · ${images} images · digital accuracy ${percent(digitalAccuracy)}</p></header>
${noteStrip(notes)}
${figure(sweepPlot(data), caption(data), 'sweep', sweepRows(data))}
<h2>All points</h2>
${table(columns, points)}
</main>
</body>
</html>
`.text;
}

function caption(data: SweepData): string {
  const { axes, points } = data;
  const repeats = points[0]?.analog[0]?.repeats ?? 0;
  const combinations = axes.slice(1).reduce((product, { values }) => product * values.length, 1);
  const left =
    axes.length > 1 && combinations > sweepLines ? ` The first ${sweepLines} of ${combinations} combinations.` : '';
  const shownTime = sweepTime(data);
  const when = shownTime === null ? '' : ` after ${driftTime(shownTime)}`;
  const spread =
    repeats > 1
      ? `, with one standard deviation over ${repeats} programmings on both sides`
      : ' of a single programming';
  return `Accuracy${when}${spread}. Dotted: the network before programming.${left}`;
}

/** One row per point and time. */
export function sweepRows({ points }: Pick<SweepData, 'points'>): CsvRow[] {
  return points.flatMap(({ values, analog }) =>
    analog.map(({ seconds, mean, std, repeats }) => ({
      ...Object.fromEntries(Object.entries(values).map(([path, value]) => [path, plain(value)])),
      seconds,
      mean,
      std,
      repeats,
    })),
  );
}

function plain(value: unknown): string | number | boolean | null {
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}
