import * as Plot from '@observablehq/plot';
import { palette, roleColours } from '../palette.js';
import type { ReportImportance } from '../report-data.js';
import { drawPlot } from './draw-plot.js';

/** Genes that are drawn; the download has all. */
const shown = 12;

/** Share of the variance that each gene explains, with its spread and the share that chance would give it. */
export function importancePlot({ objective, genes }: ReportImportance): string {
  const rows = genes.slice(0, shown).map(({ gene, share, std, chance }) => ({
    gene,
    share: 100 * share,
    low: 100 * Math.max(0, share - std),
    high: 100 * Math.min(1, share + std),
    chance: 100 * chance,
  }));
  return drawPlot(
    {
      height: 70 + 26 * rows.length,
      marginLeft: 110,
      x: { label: 'share of the variance, %', labelAnchor: 'center', labelArrow: 'none', grid: true, domain: [0, 100] },
      y: { label: null, domain: rows.map(({ gene }) => gene) },
      marks: [
        Plot.barX(rows, { y: 'gene', x: 'share', fill: roleColours.found, insetTop: 4, insetBottom: 4 }),
        Plot.ruleY(rows, { y: 'gene', x1: 'low', x2: 'high', stroke: palette.grey, strokeWidth: 1.5 }),
        Plot.dot(rows, { y: 'gene', x: 'chance', r: 4, stroke: palette.vermilion, strokeWidth: 1.5 }),
      ],
    },
    `How much each gene mattered for ${objective}`,
  );
}
