/**
 * What runs in the reader's browser: asks for the page's JSON every two seconds and fills the page in. All texts go in
 * as text; the only markup taken over is the picture that this server draws.
 */
export const clientScript = `
const pause = 2000;
const percent = (x) => x === null ? '–' : (100 * x).toFixed(1) + ' %';
const spread = ({ mean, std, repeats }) => repeats === 1 || mean === null ? percent(mean) : (100 * mean).toFixed(1) + ' ± ' + (100 * std).toFixed(1) + ' %';
const named = (state) => state === 'killed' ? 'stopped (killed)' : state;
const seconds = (s) => s < 60 ? Math.round(s) + ' s' : s < 3600 ? Math.floor(s / 60) + ' min ' + Math.round(s % 60) + ' s' : Math.floor(s / 3600) + ' h ' + Math.floor(s % 3600 / 60) + ' min';
const put = (id, text) => { document.getElementById(id).textContent = text; };
function row(cells, link) {
  const tr = document.createElement('tr');
  for (const [i, [text, kind]] of cells.entries()) {
    const td = tr.appendChild(document.createElement('td'));
    if (kind) td.className = kind;
    const a = i === 0 && link ? td.appendChild(document.createElement('a')) : td;
    if (a !== td) a.href = link;
    a.textContent = text;
  }
  return tr;
}
function fill(id, rows) { document.getElementById(id).replaceChildren(...rows); }
function showRuns(runs) {
  document.getElementById('none').hidden = runs.length > 0;
  fill('runs', runs.map((run) => row([
    [run.id], [named(run.state), 'state ' + run.state], [run.task], [run.createdAt.slice(0, 16).replace('T', ' ')],
    [run.done + ' of ' + run.planned, 'number'], [String(run.failed), 'number'], [percent(run.best), 'number'],
  ], '/runs/' + encodeURIComponent(run.id))));
}
function showRun(run) {
  put('state', named(run.state));
  document.getElementById('state').className = 'state ' + run.state;
  put('best', run.bestTrial ? spread(run.bestTrial) : '–');
  put('best-name', run.bestTrial ? 'trial ' + run.bestTrial.number + ', ' + run.bestTrial.params.toLocaleString('en') + ' parameters, ' + run.bestTrial.cores + ' cores' + (run.bestTrial.beyondVariation ? ', beyond limits.avm' : '') : 'no trial has finished yet');
  put('done', run.done + ' of ' + run.planned);
  put('failed', run.failed + ' failed');
  put('elapsed', seconds(run.elapsedSeconds));
  const silent = Math.max(0, (Date.now() - Date.parse(run.updatedAt)) / 1000);
  put('updated', run.state === 'running' ? 'last written ' + seconds(silent) + ' ago' : 'seed ' + run.seed);
  put('resume', run.resume ?? '');
  document.getElementById('resume-line').hidden = run.resume === null;
  const bar = document.getElementById('bar');
  bar.max = Math.max(1, run.planned);
  bar.value = run.done + run.failed;
  document.getElementById('notes').replaceChildren(...run.notes.map((note) => {
    const p = document.createElement('p'); p.textContent = note; return p;
  }));
  document.getElementById('notes').hidden = run.notes.length === 0;
  const picture = document.getElementById('progress');
  if (run.progress !== null && picture.dataset.of !== run.updatedAt) {
    picture.innerHTML = run.progress;
    picture.dataset.of = run.updatedAt;
  }
  fill('latest', run.latest.map((trial) => row([
    [String(trial.number), 'number'], [trial.role], [trial.name], [spread(trial), 'number'], [trial.reason ?? '', 'wrap'],
  ])));
}
async function poll() {
  let again = true;
  try {
    const answer = await fetch(document.body.dataset.source, { cache: 'no-cache' });
    const data = await answer.json();
    if (!answer.ok) throw new Error(data.message);
    put('trouble', '');
    if (Array.isArray(data)) showRuns(data);
    else { showRun(data); again = data.state !== 'finished'; }
  } catch (error) {
    put('trouble', String(error.message ?? error));
  }
  if (again) setTimeout(poll, pause);
}
poll();
`;
