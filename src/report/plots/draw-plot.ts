import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

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
  svg.setAttribute('aria-label', label);
  return svg.outerHTML;
}
