import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, Hono } from 'hono';
import { etag } from 'hono/etag';
import { KirchhoffError } from '../config/index.js';
import { type RunResult, renderReport, reportFromRun } from '../report/index.js';
import { readRun } from '../store/index.js';
import { clientScript } from './client-script.js';
import { messagePage, runPage, runsPage, studioStyle } from './pages.js';
import { bestTrial, liveRun, readLive, runLines } from './run-summary.js';

const securityHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

/** Options of {@link studioApp}. */
export interface StudioAppOptions {
  /** Folder of the runs. It is only read. */
  readonly resultsDir: string;
  /** Host names that requests may name; any if absent. Keeps pages of other sites from reading a local studio. */
  readonly allowedHosts?: readonly string[];
}

/**
 * The studio's routes: the list of runs, a live page per run, its report, and the JSON behind them (`/api/runs`,
 * `/api/runs/<id>`). Only names that are runs of the folder lead anywhere.
 */
export function studioApp({ resultsDir, allowedHosts }: StudioAppOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    if (allowedHosts !== undefined && !allowedHosts.includes(new URL(context.req.url).hostname)) {
      return context.text('This host name is not served.', 403);
    }
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value);
  });
  app.use('/api/*', etag());
  app.get('/', (context) => context.html(runsPage(resultsDir)));
  app.get('/studio.js', (context) => context.body(clientScript, 200, { 'Content-Type': 'text/javascript' }));
  app.get('/studio.css', (context) => context.body(studioStyle, 200, { 'Content-Type': 'text/css' }));
  app.get('/api/runs', (context) => context.json(runLines(resultsDir)));
  app.get('/api/runs/:id', (context) => context.json(liveRun(resultsDir, context.req.param('id'))));
  app.get('/runs/:id', (context) => {
    const id = context.req.param('id');
    readRun(resultsDir, id);
    return context.html(runPage(id));
  });
  app.get('/runs/:id/report', (context) => context.html(report(resultsDir, context.req.param('id'))));
  app.notFound((context) => answerProblem(context, 404, 'There is no such page.'));
  app.onError((error, context) => {
    if (!(error instanceof KirchhoffError)) return answerProblem(context, 500, 'The studio failed on this request.');
    return answerProblem(context, error.code === 'RUN_NOT_FOUND' ? 404 : 500, error.message);
  });
  return app;
}

/** The report that the run wrote, or one made of its journal while there is none yet. */
function report(resultsDir: string, id: string): string {
  const { record, killed } = readLive(resultsDir, id);
  const file = join(resultsDir, id, 'report.html');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const journal = killed ? { ...record, state: 'stopped' as const } : record;
  return renderReport(
    reportFromRun(journal, record.result as RunResult | null, { bestTrial: bestTrial(record)?.number }),
  );
}

function answerProblem(context: Context, status: 404 | 500, message: string) {
  if (context.req.path.startsWith('/api/')) return context.json({ message }, status);
  return context.html(messagePage(status === 404 ? 'Not here' : 'Trouble', message), status);
}
