import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import { Booster, createSurrogate, featureTable, xgboostStatus } from '../../src/surrogate/index.js';
import { createRng } from '../../src/tensor/index.js';
import { kirchhoff } from './run-cli.js';

const status = xgboostStatus();
const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-import-'));
const space = loadSpace('resnet-tiny');

describe.skipIf(!status.available)(`kirchhoff surrogate import (${status.reason})`, () => {
  const rng = createRng(1);
  const architectures = Array.from({ length: 60 }, () => space.sample(rng));
  const table = featureTable(
    architectures.map((a) => space.encode(a)),
    space.featureNames('base').length,
  );
  const train = (labels: readonly number[]) =>
    Booster.train(table, Float32Array.from(labels), 10, { objective: 'reg:squarederror', seed: 1 });

  it('makes a surrogate of files in three formats, and refuses one of another width', () => {
    const score = train(architectures.map((a) => space.counts(a).depth));
    const files = (['deprecated', 'ubj', 'json'] as const).map((format) => {
      const file = join(folder, `model.${format}`);
      writeFileSync(file, score.toBytes(format));
      return file;
    });
    const [accuracy, avm, std] = files;
    const to = join(folder, 'imported');
    const models = ['--score', accuracy!, '--avm', avm!, '--std', std!, '--to', to];
    const result = kirchhoff('surrogate', 'import', '--space', 'resnet-tiny', ...models, '--json');
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(result.stdout).models.score).toEqual({ objective: 'reg:squarederror', trees: 10 });
    const surrogate = createSurrogate('xgboost', space, { encoding: 'base' });
    surrogate.load(to);
    const expected = score.predict(table);
    for (const [i, { score: found, mean, avm: alike, inRange }] of surrogate.predict(architectures).entries()) {
      expect([found, mean, alike]).toEqual([expected[i], expected[i], expected[i]]);
      expect(inRange).toBe(true);
    }
    surrogate.dispose();
    score.dispose();
    const refused = kirchhoff('surrogate', 'import', '--space', 'resnet-tiny', '--encoding', 'extended', ...models);
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('--encoding base');
  });
});
