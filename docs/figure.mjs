// Takes README's picture out of a run's report: node docs/figure.mjs results/<run-id>/report.html
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [, , report] = process.argv;
if (report === undefined) throw new Error('usage: node docs/figure.mjs results/<run-id>/report.html');
const plot = /<svg.*?<\/svg>/s.exec(readFileSync(report, 'utf8'))?.[0];
if (plot === undefined) throw new Error(`${report} holds no picture`);
// Alone in a file it needs its namespace, and colours of its own on light and dark pages.
const alone = plot.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" color="#222" ').replace(/style="/, 'style="background:#fff;');
mkdirSync(new URL('images/', import.meta.url), { recursive: true });
writeFileSync(fileURLToPath(new URL('images/drift.svg', import.meta.url)), `${alone}\n`);
