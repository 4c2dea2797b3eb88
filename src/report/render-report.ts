import { html, raw } from './html.js';
import type { ReportData } from './report-data.js';
import { frontSection } from './sections/front.js';
import { headSection } from './sections/head.js';
import { importanceSection } from './sections/importance.js';
import { architectureSection, chipSection, networksSection } from './sections/networks.js';
import { originSection } from './sections/origin.js';
import { driftSection, paretoSection, progressSection } from './sections/results.js';
import { trialsSection } from './sections/trials.js';
import { style } from './style.js';

/**
 * The report of a run as one HTML page that needs no network and no script: pictures are SVG, downloads lie in the page.
 * The same data give the same page.
 */
export function renderReport(data: ReportData): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${data.program.name} ${data.program.version}">
<link rel="icon" href="data:,">
<title>${data.task}: architecture search ${data.id}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
${headSection(data)}
${driftSection(data)}
${networksSection(data)}
${progressSection(data)}
${paretoSection(data)}
${importanceSection(data)}
${frontSection(data)}
${architectureSection(data)}
${chipSection(data)}
${trialsSection(data)}
${originSection(data)}
</main>
</body>
</html>
`.text;
}
