import type { ReportDriftPoint } from './report-data.js';

const oneDay = 86_400;

/** The point whose time is nearest to one day after programming, on a logarithmic scale. */
export function oneDayOf(drift: readonly ReportDriftPoint[]): ReportDriftPoint {
  const distance = ({ seconds }: ReportDriftPoint) => Math.abs(Math.log(Math.max(seconds, 1e-9) / oneDay));
  return drift.reduce((nearest, point) => (distance(point) < distance(nearest) ? point : nearest));
}
