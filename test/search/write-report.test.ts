import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RunStore, readRun } from '../../src/store/index.js';
import { conductToy, type Fate, scratch, toyEvaluator, toySetup, toyStore } from './support/toy-run.js';

/** The report of a whole toy run, its name and its times replaced. `stopAt` interrupts it once, at that many trials. */
async function reportOf(setup = toySetup(), { fate, stopAt }: { fate?: Fate; stopAt?: number } = {}): Promise<string> {
  const resultsDir = scratch();
  let store = toyStore(setup, resultsDir);
  const { id } = store.record;
  if (stopAt !== undefined) {
    const stop = new AbortController();
    const evaluator = toyEvaluator(fate);
    const run = conductToy({
      setup,
      store,
      resultsDir,
      evaluator,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'trial' && event.counts.done === stopAt) stop.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    store.close();
    store = RunStore.open(resultsDir, id);
  }
  await conductToy({ setup, store, resultsDir, evaluator: toyEvaluator(fate) });
  store.close();
  const { createdAt } = readRun(resultsDir, id);
  return readFileSync(join(resultsDir, id, 'report.html'), 'utf8')
    .replaceAll(id, 'RUN')
    .replaceAll(createdAt.slice(0, 16).replace('T', ' '), 'BEGUN')
    .replace(/trials in [^·]*·/, 'trials in TIME ·');
}

it('the same run gives the same report, interrupted or not, whatever order trials finish in', async () => {
  const whole = await reportOf();
  expect(whole).toContain('(finished)');
  expect(await reportOf()).toBe(whole);
  expect(await reportOf(toySetup(), { fate: ({ number }) => ({ delay: (number * 7) % 11 }) })).toBe(whole);
  expect(await reportOf(toySetup(), { stopAt: 7 })).toBe(whole);
});

it('shows what the run has to say of its result beside the figures', async () => {
  const report = await reportOf(toySetup({ limits: { avm: 0 } }));
  const drift = report.split('<section id="drift">')[1]!.split('</section>')[0]!;
  expect(drift).toContain('toy images');
  expect(drift).toContain('No trial kept its variation within limits.avm = 0');
});

it('shows the Pareto front and its hypervolume where there are several objectives', async () => {
  const report = await reportOf(toySetup({ objective: ['oneDayAccuracy', 'params'], search: { trials: 16 } }));
  const front = report.split('<section id="front">')[1]!.split('</section>')[0]!;
  expect(front).toContain('aria-label="Pareto front: 1-day accuracy against parameters"');
  expect(front).toContain('aria-label="Hypervolume after each trial"');
  expect(front).toMatch(/reference point \(1-day accuracy 0\.0 %, parameters \d+\)/);
  expect(await reportOf()).not.toContain('<section id="front">');
});

it('says why there are no final networks when their trials failed', async () => {
  const report = await reportOf(toySetup(), {
    fate: ({ images }) => (images === 'test' ? { fail: 'no <memory>' } : {}),
  });
  expect(report).toContain('<section id="progress">');
  expect(report).not.toContain('<section id="drift">');
  expect(report).toContain('baseline failed: no &#60;memory&#62;');
});

it('marks as the best the trial that the run ranks first, not the most accurate one', async () => {
  const setup = toySetup({ limits: { avm: 0.15 }, search: { strategy: 'random' } });
  // the most accurate trial varies too much to be taken
  const fate: Fate = ({ number }) =>
    number === 3 ? { accuracy: 0.99, avm: 0.4 } : number === 5 ? { accuracy: 0.9, avm: 0.1 } : {};
  const trials = (await reportOf(setup, { fate })).split('<section id="trials">')[1]!;
  expect(trials).toContain('<tr class="best"><td class="number">5</td>');
  expect(trials.match(/class="best"/g)).toHaveLength(1);
});
