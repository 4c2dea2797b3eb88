import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeHtml } from '../html.js';

/**
 * Draws a plot without a browser and returns its `<svg>`. Texts follow the page's colour.
 *
 * @param label what the picture shows, for readers who cannot see it
 */
export function drawPlot(options: Plot.PlotOptions, label: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    width: 1040,
    height: 380,
    marginLeft: 56,
    marginBottom: 44,
    marginTop: 28,
    marginRight: 28,
    style: { fontSize: '13px' },
    ...options,
    document,
    className: 'plot',
  }) as unknown as { outerHTML: string; setAttribute(name: string, value: string): void };
  svg.setAttribute('role', 'img');
  // the document writes attributes as HTML needs them, and a file of its own is XML, which needs < and & escaped, too
  svg.setAttribute('aria-label', escapeHtml(label));
  return svg.outerHTML;
}

/** A plot as a file of its own: dark on white wherever it is opened. */
export function standalonePlot(plot: string): string {
  return plot
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace('style="', 'style="background:#fff;color:#111;--paper:#fff;');
}
