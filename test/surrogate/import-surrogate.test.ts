import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import { isWithin } from '../../src/surrogate/feature-ranges.js';
import { Booster, featureTable, importSurrogate, xgboostStatus } from '../../src/surrogate/index.js';
import { createRng } from '../../src/tensor/index.js';

const status = xgboostStatus();

describe.skipIf(!status.available)(`importSurrogate (${status.reason})`, () => {
  it('takes architectures within the limits for known, however little of the space the limits leave', () => {
    const space = loadSpace('analognas-cifar10');
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-import-'));
    const rng = createRng(9);
    const asked = Array.from({ length: 500 }, () => space.sample(rng));
    const encoded = asked.map((architecture) => space.encodeExtended(architecture));
    const booster = Booster.train(
      featureTable(encoded, space.featureNames('extended').length),
      Float32Array.from(asked, (architecture) => space.counts(architecture).depth),
      2,
      { objective: 'reg:squarederror', seed: 1 },
    );
    const model = join(folder, 'model.json');
    writeFileSync(model, booster.toJson());
    booster.dispose();
    importSurrogate({ space, encoding: 'extended', models: { score: model, avm: model, std: model }, to: folder });
    const { ranges } = JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8'));
    const outside = encoded.filter((features) => !isWithin(ranges, features));
    expect(outside.length).toBeLessThanOrEqual(1);
  });
});
