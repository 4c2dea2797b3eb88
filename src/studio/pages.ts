import { type Html, html, reportStyle } from '../report/index.js';

/** Style of the studio's pages: the report's, and what only live pages have. */
export const studioStyle = `${reportStyle}
.top { display: flex; justify-content: space-between; align-items: baseline; gap: 16px; flex-wrap: wrap; }
.state { font-weight: 600; } .state::before { content: "●"; margin-right: 6px; }
.running::before { color: #56B4E9; } .finished::before { color: #009E73; } .stopped::before, .killed::before { color: #E69F00; }
.failed::before, .damaged::before { color: #D55E00; }
progress { width: 100%; height: 10px; accent-color: #0072B2; margin: 18px 0 0; }
#trouble { color: #D55E00; min-height: 1.5em; }
`;

/** The list of runs. */
export function runsPage(resultsDir: string): string {
  return page(
    'Runs',
    '/api/runs',
    html`<header><h1>Runs</h1><p class="faint">in ${resultsDir}</p></header>
<div class="scroll"><table><thead><tr><th>run</th><th>state</th><th>task</th><th>begun</th><th class="number">trials</th><th class="number">failed</th><th class="number">1-day accuracy of the best</th></tr></thead><tbody id="runs"></tbody></table></div>
<p id="none" hidden>There are no runs yet: <code>kirchhoff search configs/quickstart.yaml</code> makes one.</p>`,
  );
}

/** The live page of one run. */
export function runPage(id: string): string {
  const card = (title: string, value: string, below: string) =>
    html`<div class="card"><span>${title}</span><b id="${value}">–</b><span id="${below}"></span></div>`;
  return page(
    `Run ${id}`,
    `/api/runs/${id}`,
    html`<header><p><a href="/">All runs</a></p><div class="top"><h1>Run ${id}</h1><span id="state" class="state"></span><a href="/runs/${id}/report">Report</a></div>
<div class="cards">${card('1-day accuracy of the best so far', 'best', 'best-name')}${card('trials done', 'done', 'failed')}${card('working time', 'elapsed', 'updated')}</div>
<progress id="bar" value="0" max="1" aria-label="trials done"></progress>
<p id="resume-line" hidden>Carry on with: <code id="resume"></code></p></header>
<h2>Progress of the search</h2><figure id="progress"></figure><div id="notes" class="notes" hidden></div>
<h2>Latest trials</h2><div class="scroll"><table><thead><tr><th class="number">trial</th><th>role</th><th>architecture</th><th class="number">1-day accuracy</th><th>failed because</th></tr></thead><tbody id="latest"></tbody></table></div>`,
  );
}

/** A page that only says something. */
export function messagePage(title: string, message: string): string {
  return html`${head(title)}<body><main><h1>${title}</h1><pre>${message}</pre><p><a href="/">All runs</a></p></main></body></html>`
    .text;
}

function page(title: string, source: string, content: Html): string {
  return html`${head(title)}<body data-source="${source}"><main>${content}<p id="trouble" role="status"></p></main><script src="/studio.js"></script></body></html>`
    .text;
}

function head(title: string): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/studio.css"><title>${title} · Kirchhoff</title></head>
`;
}
