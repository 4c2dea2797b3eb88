// npm run bench -- resume [--config <file>] [--data [task:]<folder>] [--workers <n>] [--json <file>]
// Whether a killed search ends as an uninterrupted one: the same configuration is run whole, killed by SIGKILL after
// about 10, 30, 50, 70 and 90 % of its trials and resumed, and run whole with 1 and with 2 workers. Final tables are
// compared character by character (without the run's id), and so is what every trial measured (without its duration).
// Results taken from the cache would hide a difference, so every run has a results folder of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applyOverrides, readDocument } from '../../dist/config/index.js';
import { parseSearchConfig } from '../../dist/search/index.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const tiny = fileURLToPath(new URL('tiny.yaml', import.meta.url));
const moments = [0.1, 0.3, 0.5, 0.7, 0.9];

export async function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: 'string', default: tiny },
      data: { type: 'string' },
      workers: { type: 'string', default: '2' },
      json: { type: 'string' },
    },
  });
  const scratch = mkdtempSync(join(tmpdir(), 'kirchhoff-resume-'));
  try {
    const rows = await compare(values, scratch);
    console.log(table(rows));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
    if (rows.some(({ sameTable, sameTrials }) => !sameTable || !sameTrials)) process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function compare({ config, data, workers }, scratch) {
  const flags = data === undefined ? [] : ['--data', data];
  const { search } = parseSearchConfig(applyOverrides(readDocument(config), []), config);
  const begin = (name, count) => start(['search', config, ...flags, '--workers', count], join(scratch, name));
  const rows = [];
  console.error(`running ${config} whole, ${workers} workers`);
  const whole = await finish(begin('whole', workers));
  rows.push(describe('uninterrupted', workers, whole, whole));
  const other = workers === '1' ? '2' : '1';
  console.error(`running it whole, ${other} workers`);
  rows.push(describe('uninterrupted', other, await finish(begin('other', other)), whole));
  for (const moment of moments) {
    const after = Math.max(1, Math.round(moment * search.trials));
    console.error(`killing it after ${after} of ${search.trials} trials, and resuming`);
    const folder = join(scratch, `killed-${moment}`);
    const killedAt = await killAfter(begin(`killed-${moment}`, workers), after);
    const id = runId(folder);
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    const resumed = await finish(start(['resume', id], folder));
    rows.push(describe(`SIGKILL with ${killedAt} trials done, resumed`, workers, resumed, whole));
  }
  return rows;
}

/** Starts a command; `--results` is a folder of its own. */
function start(args, folder) {
  const child = spawn(process.execPath, [program, ...args, '--results', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: '1' },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text) => {
      output[name] += text;
    });
  }
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  return { child, folder, output, ended, began: performance.now() };
}

/** Waits for the end of a command, which must be a good one. */
async function finish({ folder, output, ended, began }) {
  const { code } = await ended;
  if (code !== 0) throw new Error(`the search ended with exit code ${code}:\n${output.stderr}`);
  const { id, ...result } = JSON.parse(output.stdout);
  const run = JSON.parse(readFileSync(join(folder, id, 'run.json'), 'utf8'));
  const trials = run.trials.map(({ number, role, name, metrics, reason }) => {
    return { number, role, name, reason, metrics: metrics === null ? null : { ...metrics, seconds: 0 } };
  });
  return {
    result: JSON.stringify(result),
    trials: JSON.stringify(trials),
    count: trials.length,
    seconds: (performance.now() - began) / 1000,
    best: result.rows[0],
  };
}

/** Kills a search as soon as its journal holds that many trials; how many it held then. */
async function killAfter({ child, folder, output, ended }, trials) {
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!over && journalled(folder) < trials) await new Promise((resolve) => setTimeout(resolve, 20));
  if (over) throw new Error(`the search ended before it could be killed:\n${output.stderr}`);
  child.kill('SIGKILL');
  const { signal } = await ended;
  if (signal !== 'SIGKILL') throw new Error(`the search was not killed, it ended by ${signal}`);
  return journalled(folder);
}

/** Trials in the only run of a folder; the journal is replaced as a whole, so it can always be read. */
function journalled(folder) {
  const id = runId(folder);
  return id === undefined ? 0 : JSON.parse(readFileSync(join(folder, id, 'run.json'), 'utf8')).trials.length;
}

function runId(folder) {
  try {
    return readdirSync(folder).find((name) => readdirSync(join(folder, name)).includes('run.json'));
  } catch {
    return undefined; // not begun yet
  }
}

function describe(what, workers, run, whole) {
  const day = run.best.measured?.analog.find(({ seconds }) => seconds === 86_400);
  return {
    what,
    workers: Number(workers),
    trials: run.count,
    sameTable: run.result === whole.result,
    sameTrials: run.trials === whole.trials,
    best: run.best.name,
    oneDayAccuracy: day?.mean ?? null,
    seconds: run.seconds,
  };
}

function table(rows) {
  const lines = rows.map(({ what, workers, trials, sameTable, sameTrials, best, oneDayAccuracy, seconds }) => {
    const cells = [what, workers, trials, sameTable ? 'yes' : 'NO', sameTrials ? 'yes' : 'NO', best];
    return [
      ...cells,
      oneDayAccuracy === null ? '-' : `${(100 * oneDayAccuracy).toFixed(2)} %`,
      `${seconds.toFixed(0)} s`,
    ];
  });
  const head = ['run', 'workers', 'trials', 'same table', 'same trials', 'best', '1-day accuracy', 'time'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
