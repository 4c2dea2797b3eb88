import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import { ArchitectureRanker, createSurrogate, xgboostStatus } from '../../src/surrogate/index.js';
import { createRng } from '../../src/tensor/index.js';

const status = xgboostStatus();

describe.skipIf(!status.available)(`ArchitectureRanker (${status.reason})`, () => {
  const space = loadSpace('resnet-tiny');
  const rng = createRng(1);
  const rows = Array.from({ length: 40 }, () => {
    const architecture = space.sample(rng);
    return { architecture, oneDayAccuracy: Math.log2(space.counts(architecture).parameters), avm: 0.1, std: 0.01 };
  });

  it.each(['xgboost', 'blend'] as const)('scores as XGBoost does and judges limits as the space does: %s', (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-ranker-'));
    const surrogate = createSurrogate(kind, space, { folds: 0 });
    surrogate.fit(rows, createRng(1));
    surrogate.save(folder);
    // not a multiple of the block, and some beyond the limits
    const asked = Array.from({ length: 150 }, () => space.sampleUnlimited(rng));
    const { scores, within } = ArchitectureRanker.load(folder, space).rank(asked);
    expect(Array.from(within, (value) => value === 1)).toEqual(asked.map((a) => space.withinLimits(a)));
    if (kind === 'xgboost') {
      const expected = surrogate.predict(asked).map(({ score }) => score);
      for (const [i, score] of expected.entries()) expect(scores[i]).toBeCloseTo(score, 4);
    }
    surrogate.dispose();
  });

  it('refuses architectures of another space', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-ranker-'));
    const surrogate = createSurrogate('xgboost', space, { folds: 0, rounds: 2 });
    surrogate.fit(rows, createRng(1));
    surrogate.save(folder);
    surrogate.dispose();
    const foreign = loadSpace('resnet-cifar10').sample(rng);
    expect(() => ArchitectureRanker.load(folder, space).rank([rows[0]!.architecture, foreign])).toThrow(
      expect.objectContaining({
        code: 'ARCHITECTURE_INVALID',
        details: expect.objectContaining({ path: 'architectures.1.space' }),
      }),
    );
  });

  it('refuses a surrogate without trees', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-ranker-'));
    const surrogate = createSurrogate('gp', space, { folds: 0 });
    surrogate.fit(rows, createRng(1));
    surrogate.save(folder);
    expect(() => ArchitectureRanker.load(folder, space)).toThrow('xgboost, blend');
    surrogate.dispose();
  });
});
