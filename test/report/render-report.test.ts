import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReportDriftPoint, type ReportTrial, renderReport } from '../../src/report/index.js';
import { paretoPoints } from '../../src/report/plots/pareto-plot.js';
import { contenders } from '../../src/report/plots/progress-plot.js';
import { wholeTicks } from '../../src/report/plots/trial-axis.js';
import { hasChromium, launchChromium, withoutChromium } from '../support/chromium.js';
import { sampleReport } from './support/sample-report.js';

const data = sampleReport();
const page = renderReport(data);

describe('the page of a finished run', () => {
  test('is the same for the same data', () => {
    expect(renderReport(sampleReport())).toBe(page);
  });

  test('asks for nothing from outside', () => {
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(page).not.toMatch(/url\((?!#)|@import|<script|<link (?!rel="icon")/);
  });

  test('shows its sections in order, the drift picture first', () => {
    const sections = [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
    expect(sections).toEqual(['drift', 'networks', 'progress', 'pareto', 'architecture', 'chip', 'trials', 'origin']);
  });

  test('puts the note beside every result', () => {
    const note = 'JPEG re-encodes of CIFAR-10';
    for (const id of ['drift', 'networks', 'progress', 'pareto', 'trials']) {
      expect(section(page, id), id).toContain(note);
    }
  });

  test('gives the figures of the data', () => {
    expect(section(page, 'networks')).toContain('81.2 ± 1.2 %');
    expect(section(page, 'drift')).toContain('30 days');
    expect(section(page, 'trials')).toContain('the worker ended with code 137, twice');
    expect(section(page, 'origin')).toContain('population: 20');
    expect(section(page, 'origin')).toContain('held-out Kendall tau');
    expect(section(page, 'origin')).toContain('kirchhoff 0.1.0');
    expect(section(page, 'origin')).toContain('e910ba042683bf12');
  });

  test('offers the data of every picture and table', () => {
    const names = [...page.matchAll(/download="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual([
      'accuracy-over-drift-time.csv',
      'final-table.csv',
      'search-progress.csv',
      'accuracy-against-parameters.csv',
      'chip.csv',
      'trials.csv',
    ]);
  });
});

test('the trial axis counts in whole numbers, each once', () => {
  expect([0, 3, 24, 199].map(wholeTicks)).toEqual([
    [0],
    [0, 1, 2, 3],
    [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24],
    [0, 20, 40, 60, 80, 100, 120, 140, 160, 180],
  ]);
});

describe('the best trial', () => {
  const rowOf = (number: number) => new RegExp(`<tr class="best"><td class="number">${number}</td>`);

  test('is the one that the run ranks first, whatever its accuracy', () => {
    const trials = section(renderReport({ ...data, bestTrial: 2 }), 'trials');
    expect(trials).toMatch(rowOf(2));
    expect(trials.match(/class="best"/g)).toHaveLength(1);
    expect(section(page, 'trials')).not.toContain('class="best"');
  });

  test('has its rung beside it where the search had rungs', () => {
    const trials = data.trials.map((trial) => ({ ...trial, rung: trial.number % 3 }));
    const shown = section(renderReport({ ...data, trials }), 'trials');
    expect(shown).toContain('<th class="number" scope="col">rung</th>');
    expect(shown).toContain(encodeURIComponent('trial,round,rung,architecture'));
    expect(section(page, 'trials')).not.toContain('>rung<');
  });

  test('is looked for at the highest rung and within the limit on the variation', () => {
    const chosen = (trials: ReportTrial[]) => contenders(trials).map(({ number }) => number);
    const some = data.trials.slice(0, 5);
    expect(chosen(some)).toEqual([0, 1, 2, 3, 4]);
    expect(chosen(some.map((trial, i) => ({ ...trial, rung: i % 3 })))).toEqual([2]);
    expect(chosen(some.map((trial, i) => ({ ...trial, beyondVariation: i < 3 })))).toEqual([3, 4]);
    const halved = { ...data, trials: data.trials.map((trial) => ({ ...trial, rung: trial.number % 2 })) };
    expect(section(renderReport(halved), 'progress')).toContain('Hollow dots do not count');
    expect(section(page, 'progress')).not.toContain('Hollow dots');
  });

  test('of accuracy against parameters is compared within the highest rung', () => {
    const lucky = {
      ...data.trials[1]!.measured!,
      parameters: 1,
      drift: [{ seconds: 86_400, mean: 1, std: 0, repeats: 2 }],
    };
    const trials = data.trials.slice(0, 4).map((trial) => ({ ...trial, rung: 1 }));
    const points = paretoPoints([{ ...trials[0]!, rung: 0, measured: lucky }, ...trials.slice(1)], []);
    expect(points[0]!.onFront).toBe(false);
    expect(points.some(({ onFront }) => onFront)).toBe(true);
  });
});

test('the loss is named after the last time that was measured', () => {
  expect(section(page, 'trials')).toContain('lost in a month');
  expect(page).toContain('change over a month');
  const day = <T extends { drift: readonly ReportDriftPoint[] }>(measured: T) => {
    return { ...measured, drift: measured.drift.slice(0, 3) };
  };
  const trials = data.trials.map((trial) => ({ ...trial, measured: trial.measured && day(trial.measured) }));
  const short = renderReport({ ...data, networks: data.networks.map(day), trials });
  expect(short).toContain('lost in 1 day');
  expect(short).toContain('change over 1 day');
  expect(short).not.toContain('month');
});

test('a run without anything yet has a page, too', () => {
  const empty = { ...data, state: 'running' as const, networks: [], trials: [], bestGraph: null };
  const sections = [...renderReport(empty).matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
  expect(sections).toEqual(['origin']);
});

test('a run whose trials all failed says why', () => {
  const failed = { number: 0, round: 0, name: 'x', measured: null, reason: 'out of <memory>' };
  expect(renderReport({ ...data, networks: [], trials: [failed], bestGraph: null })).toContain(
    'out of &#60;memory&#62;',
  );
});

test('one trial and one drift time at zero seconds draw', () => {
  const drift = [{ seconds: 0, mean: 0.5, std: 0, repeats: 1 }];
  const network = { ...data.networks[0]!, drift };
  const trial = { ...data.trials[0]!, measured: { ...network } };
  const text = renderReport({ ...data, networks: [network], trials: [trial] });
  expect(text).not.toMatch(/NaN|Infinity/);
});

describe.skipIf(!hasChromium)(`in a browser${withoutChromium}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    writeFileSync(join(folder, 'report.html'), page);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test('it opens without errors, shows its pictures, fits the window and hands out its data', async () => {
    const tab = await browser.newPage({ viewport: { width: 1_180, height: 900 } });
    const problems: string[] = [];
    tab.on('console', (message) => problems.push(message.text()));
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) problems.push(request.url());
    });
    await tab.goto(pathToFileURL(join(folder, 'report.html')).href);
    for (const id of ['drift', 'progress', 'pareto', 'architecture']) {
      const box = (await tab.locator(`#${id} figure > svg`).first().boundingBox())!;
      expect(box.width, id).toBeGreaterThan(500);
      expect(box.height, id).toBeGreaterThan(250);
    }
    expect(await tab.locator('#drift svg [aria-label="line"] path').count()).toBe(2);
    expect(await tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);

    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('#drift a.data')]);
    expect(download.suggestedFilename()).toBe('accuracy-over-drift-time.csv');
    const rows = readFileSync((await download.path())!, 'utf8')
      .trim()
      .split('\r\n');
    expect(rows[0]).toBe('role,name,seconds,mean,std,repeats');
    expect(rows).toHaveLength(1 + 3 * 4);
    expect(problems).toEqual([]);
  });
});

function section(text: string, id: string): string {
  return text.split(`<section id="${id}">`)[1]!.split('</section>')[0]!;
}
