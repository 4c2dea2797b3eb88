import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RunStore, type TrialRecord } from '../../src/store/index.js';
import { type LiveRun, type RunLine, type Studio, startStudio } from '../../src/studio/index.js';
import { hasChromium, launchChromium, withoutChromium } from '../support/chromium.js';

let scratch: string;
let resultsDir: string;
let studio: Studio;

beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'studio-'));
  resultsDir = join(scratch, 'results');
  mkdirSync(resultsDir);
  studio = await startStudio({ resultsDir, port: 0 });
});

afterEach(async () => {
  await studio.close();
  rmSync(scratch, { recursive: true });
});

/** A run with a store of the real kind. */
function createRun(): RunStore {
  return RunStore.create(resultsDir, {
    version: '0.1.0',
    config: {
      task: { name: 'synthetic-shapes' },
      space: 'resnet-tiny',
      chip: 'hermes-64',
      crossbar: 'pcm-8bit-256',
      seed: 7,
      search: { trials: 6 },
      final: { top: 1, baseline: 'resnet8' },
    },
    environment: { node: 'v20', backend: 'native' },
    notes: ['images <are> generated'],
  });
}

function trial(number: number, oneDay: number | null): TrialRecord {
  const analog = [
    { seconds: 1, mean: (oneDay ?? 0) + 0.02, std: 0.01, repeats: 3 },
    { seconds: 86_400, mean: oneDay ?? 0, std: 0.015, repeats: 3 },
  ];
  const chip = { cores: 3, utilisation: 0.5, latencySeconds: 1e-5, energyJoules: 1e-6, fits: true };
  const measured = {
    digitalAccuracy: 0.9,
    analog,
    avm: 0.02,
    params: 4_321,
    macs: 20_000,
    chip,
    seconds: 1,
    notes: [],
  };
  return {
    number,
    role: 'search',
    key: `key${number}`,
    name: `name${number}`,
    round: 0,
    architecture: { space: 'resnet-tiny', params: {} },
    predicted: null,
    state: oneDay === null ? 'failed' : 'done',
    metrics: oneDay === null ? null : measured,
    reason: oneDay === null ? 'died <twice>' : null,
    attempts: 1,
    finishedAt: `2026-01-01T00:00:0${number}.000Z`,
  };
}

const get = (path: string, init?: RequestInit) => fetch(new URL(path, studio.url), init);
const json = async <T>(path: string): Promise<T> => (await get(path)).json() as Promise<T>;

describe('the JSON behind the pages', () => {
  test('an empty or missing folder has no runs', async () => {
    expect(await json('/api/runs')).toEqual([]);
    const missing = await startStudio({ resultsDir: join(resultsDir, 'not-there'), port: 0 });
    expect(await (await fetch(`${missing.url}api/runs`)).json()).toEqual([]);
    await missing.close();
  });

  test('follows a run as its journal grows', async () => {
    const store = createRun();
    const { id } = store.record;
    expect(await json<RunLine[]>('/api/runs')).toMatchObject([
      { id, state: 'running', task: 'synthetic-shapes', done: 0, failed: 0, planned: 8, best: null },
    ]);
    expect(await json<LiveRun>(`/api/runs/${id}`)).toMatchObject({ bestTrial: null, progress: null, latest: [] });
    store.addTrial(trial(0, 0.61));
    store.addTrial(trial(1, null));
    store.addTrial(trial(2, 0.74));
    const live = await json<LiveRun>(`/api/runs/${id}`);
    expect(live).toMatchObject({
      done: 2,
      failed: 1,
      planned: 8,
      best: 0.74,
      seed: 7,
      notes: ['images <are> generated'],
    });
    expect(live.bestTrial).toMatchObject({ number: 2, mean: 0.74, std: 0.015, params: 4_321, cores: 3 });
    expect(live.latest.map(({ number }) => number)).toEqual([2, 1, 0]);
    expect(live.latest[1]).toMatchObject({ mean: null, reason: 'died <twice>' });
    expect(live.progress).toMatch(/^<svg/);
    store.update({ state: 'finished' });
    expect(await json<LiveRun>(`/api/runs/${id}`)).toMatchObject({ state: 'finished', planned: 3 });
    store.close();
  });

  test('an unchanged run is not sent twice', async () => {
    const store = createRun();
    const first = await get(`/api/runs/${store.record.id}`);
    const again = await get(`/api/runs/${store.record.id}`, {
      headers: { 'If-None-Match': first.headers.get('etag')! },
    });
    expect([first.status, again.status]).toEqual([200, 304]);
    store.close();
  });

  test('a damaged run is listed, and its own page says what is wrong', async () => {
    mkdirSync(join(resultsDir, 'broken'));
    writeFileSync(join(resultsDir, 'broken', 'run.json'), '{"format": 1, "trials": [');
    expect(await json<RunLine[]>('/api/runs')).toMatchObject([{ id: 'broken', state: 'damaged', best: null }]);
    const answer = await get('/api/runs/broken');
    expect(answer.status).toBe(500);
    expect(((await answer.json()) as { message: string }).message).toContain('This run.json is not whole');
  });
});

describe('reports', () => {
  test('the report that the run wrote is served as it is', async () => {
    const store = createRun();
    writeFileSync(join(store.folder, 'report.html'), '<!doctype html><p>the report');
    const answer = await get(`/runs/${store.record.id}/report`);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toBe('<!doctype html><p>the report');
    store.close();
  });

  test('before that, one is made of the journal', async () => {
    const store = createRun();
    store.addTrial(trial(0, 0.61));
    const text = await (await get(`/runs/${store.record.id}/report`)).text();
    expect(text).toContain('<section id="progress">');
    expect(text).toContain('images &#60;are&#62; generated');
    store.close();
  });
});

describe('what does not lead anywhere', () => {
  const outside = ['..', '../..', '%2e%2e', '..%2f..', '%2e%2e%2f%2e%2e%2fetc', 'a%00b', '.', '%5c..%5c', 'nope'];

  test.each(outside)('/runs/%s', async (id) => {
    writeFileSync(join(scratch, 'report.html'), 'secret');
    for (const path of [`/runs/${id}/report`, `/api/runs/${id}/report`, `/runs/${id}/run.json`]) {
      const { status, body } = await rawGet(path);
      expect(status, path).toBe(404);
      expect(body, path).not.toContain('secret');
    }
  });

  test('a folder without a run', async () => {
    mkdirSync(join(resultsDir, 'no-run'));
    writeFileSync(join(resultsDir, 'no-run', 'report.html'), 'secret');
    expect((await get('/runs/no-run/report')).status).toBe(404);
  });

  test('a page of another site that resolves its own name to this machine', async () => {
    expect((await rawGet('/api/runs', { Host: 'evil.example' })).status).toBe(403);
    expect((await rawGet('/api/runs', { Host: `localhost:${studio.port}` })).status).toBe(200);
  });
});

test('every answer forbids foreign scripts', async () => {
  for (const path of ['/', '/api/runs', '/nope', '/studio.js']) {
    expect((await get(path)).headers.get('content-security-policy'), path).toContain("default-src 'none'");
  }
});

test('a port that is taken is refused in words', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  await expect(startStudio({ resultsDir, port })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  await expect(startStudio({ resultsDir, port })).rejects.toThrow(`127.0.0.1:${port}\n  found:    the port is taken`);
  await expect(startStudio({ resultsDir, port })).rejects.toMatchObject({
    details: { hint: 'another port with --port' },
  });
  await new Promise((resolve) => other.close(resolve));
});

test('an address of another machine is refused with a host to try', async () => {
  // an address for documentation, which no machine has (RFC 5737)
  await expect(startStudio({ resultsDir, port: 0, host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'USAGE',
    details: { accepted: 'an address of this machine', hint: expect.stringContaining('--host 127.0.0.1') },
  });
});

describe.skipIf(!hasChromium)(`in a browser${withoutChromium}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test('from the list to a run that grows under the eyes, to its report', async () => {
    const store = createRun();
    store.addTrial(trial(0, 0.61));
    const tab = await browser.newPage();
    const problems: string[] = [];
    tab.on('console', (message) => problems.push(message.text()));
    tab.on('pageerror', (error) => problems.push(error.message));
    await tab.goto(studio.url);
    await tab.click(`text=${store.record.id}`);
    await tab.locator('#best', { hasText: '61.0 ± 1.5 %' }).waitFor();
    expect(await tab.textContent('#notes')).toBe('images <are> generated');
    store.addTrial(trial(1, null));
    store.addTrial(trial(2, 0.74));
    await tab.locator('#best', { hasText: '74.0 ± 1.5 %' }).waitFor();
    expect(await tab.textContent('#done')).toBe('2 of 8');
    expect(await tab.textContent('#latest')).toContain('died <twice>');
    expect(await tab.locator('#progress svg').count()).toBe(1);
    store.update({ state: 'finished' });
    await tab.locator('#state', { hasText: 'finished' }).waitFor();
    await tab.click('text=Report');
    await tab.locator('h1', { hasText: 'Architecture search: synthetic-shapes' }).waitFor();
    expect(problems).toEqual([]);
    store.close();
  });
});

/** A request whose path and headers go out exactly as given: fetch would tidy them. */
function rawGet(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: studio.port, path, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        body += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode!, body }));
    })
      .on('error', reject)
      .end();
  });
}
