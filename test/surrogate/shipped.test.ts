import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import { ArchitectureRanker, createSurrogate, xgboostStatus } from '../../src/surrogate/index.js';
import { kendallTau } from '../../src/surrogate/kendall-tau.js';
import { readTrialTable } from '../../src/surrogate/trial-table.js';

const folder = fileURLToPath(new URL('../../surrogates/cifar10', import.meta.url));
const space = loadSpace('analognas-cifar10');

describe('the shipped CIFAR-10 surrogate', () => {
  it('stands on at least 300 measured rows and says how good it is', () => {
    const { rows } = readTrialTable(`${folder}/rows.csv`, space);
    const card = JSON.parse(readFileSync(`${folder}/card.json`, 'utf8'));
    expect(rows.length).toBeGreaterThanOrEqual(300);
    expect(card.rows).toBe(rows.length);
    const { kendallTau: tau, betterHalfKendallTau } = card.fit.quality.oneDayAccuracy;
    expect(tau).toBeGreaterThanOrEqual(0.75);
    expect(betterHalfKendallTau).toBeGreaterThanOrEqual(0.5);
    expect(card.fit.ceiling.pairs).toBeGreaterThanOrEqual(20);
    expect(card.fit.collection).toMatchObject({ task: { name: 'cifar10', side: 16 }, seed: 1 });
  });

  it.skipIf(!xgboostStatus().available)('orders its own rows as they were measured (needs the XGBoost library)', () => {
    const { rows } = readTrialTable(`${folder}/rows.csv`, space);
    const surrogate = createSurrogate('blend', space);
    surrogate.load(folder);
    const predicted = surrogate.predict(rows.map(({ architecture }) => architecture));
    surrogate.dispose();
    const measured = rows.map(({ oneDayAccuracy }) => oneDayAccuracy);
    expect(
      kendallTau(
        predicted.map(({ score }) => score),
        measured,
      ),
    ).toBeGreaterThan(0.8);
    expect(predicted.every(({ inRange }) => inRange)).toBe(true);
  });

  it('ranks in bulk', () => {
    const { rows } = readTrialTable(`${folder}/rows.csv`, space);
    const { scores } = ArchitectureRanker.load(folder, space).rank(rows.map(({ architecture }) => architecture));
    const measured = rows.map(({ oneDayAccuracy }) => oneDayAccuracy);
    expect(kendallTau([...scores], measured)).toBeGreaterThan(0.75);
  });
});
