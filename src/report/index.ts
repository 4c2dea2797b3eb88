export { bindingLimit, describeBinding, limitShares } from './binding-limit.js';
export { type CsvRow, toCsv } from './csv.js';
export {
  accuracyOver,
  count,
  driftTime,
  objectiveText,
  percent,
  percentSpread,
  points,
  si,
  workingTime,
} from './format.js';
export { escapeHtml, Html, html, raw } from './html.js';
export { palette } from './palette.js';
export { networkPicture } from './picture/network-picture.js';
export { standalonePlot } from './plots/draw-plot.js';
export { progressPlot } from './plots/progress-plot.js';
export { type Curve, regretCurves } from './plots/regret-curves.js';
export { sweepPlot } from './plots/sweep-plot.js';
export { renderReport } from './render-report.js';
export { renderSweep } from './render-sweep.js';
export type {
  BindingLimit,
  ReportChipFigures,
  ReportData,
  ReportDriftPoint,
  ReportFront,
  ReportNetwork,
  ReportPicture,
  ReportTrial,
} from './report-data.js';
export { type RunFigures, type RunJournal, type RunResult, reportFromRun, reportTrials } from './report-from-run.js';
export { style as reportStyle } from './style.js';
export type { SweepAxis, SweepData } from './sweep-data.js';
export { type TextColumn, textTable } from './text-table.js';
