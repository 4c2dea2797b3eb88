import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import {
  Booster,
  type BoosterParameters,
  featureTable,
  importXgboost,
  xgboostStatus,
} from '../../src/surrogate/index.js';
import { parseUbjson } from '../../src/surrogate/xgboost/ubjson.js';
import { createRng } from '../../src/tensor/index.js';
import { sharedDir } from '../support/shared.js';

const rng = createRng(1);
const rows = Array.from({ length: 200 }, () =>
  Float32Array.from({ length: 5 }, () => Math.round(rng.normal() * 8) / 8),
);
const labels = Float32Array.from(rows, ([a, b, c]) => 1 / (1 + Math.exp(-(a! * b! - c!))));
const table = featureTable(rows, 5);

function train(parameters: BoosterParameters): Booster {
  return Booster.train(table, labels, 30, { max_depth: 5, seed: 1, ...parameters });
}

describe.skipIf(!xgboostStatus().available)(`importXgboost (${xgboostStatus().reason})`, () => {
  it.each(['reg:squarederror', 'rank:pairwise', 'reg:logistic'])(
    'predicts as XGBoost does: %s, every format',
    (objective) => {
      const booster = train({ objective });
      const expected = booster.predict(table);
      for (const format of ['json', 'ubj', 'deprecated'] as const) {
        const model = importXgboost(booster.toBytes(format));
        expect(model).toMatchObject({ objective, features: 5, trees: 30 });
        const found = model.predict(table);
        for (let i = 0; i < rows.length; i++) expect(found[i], format).toBeCloseTo(expected[i]!, 5);
      }
      booster.dispose();
    },
  );

  it('says why it refuses a model', () => {
    const refusal = (bytes: Uint8Array | string) => {
      expect(() => importXgboost(Buffer.from(bytes), 'm.json')).toThrow(
        expect.objectContaining({ code: 'SURROGATE_INVALID', details: expect.objectContaining({ source: 'm.json' }) }),
      );
      return expect(() => importXgboost(Buffer.from(bytes), 'm.json'));
    };
    const booster = train({ objective: 'count:poisson' });
    refusal(booster.toJson()).toThrow('count:poisson');
    booster.dispose();
    const good = train({ objective: 'reg:squarederror' });
    const [json, ubj, binary] = [good.toJson(), good.toBytes('ubj'), good.toBytes('deprecated')];
    good.dispose();
    refusal(json.slice(0, 500)).toThrow('not a model');
    refusal(ubj.slice(0, 500)).toThrow('not a model');
    refusal(binary.slice(0, 500)).toThrow('not a model');
    refusal('hello').toThrow('not a model');
    refusal('{"learner": {}}').toThrow('learner.gradient_booster');
    const outside = JSON.parse(json);
    outside.learner.gradient_booster.model.trees[0].left_children[0] = 9999;
    refusal(JSON.stringify(outside)).toThrow('tree 0');
    expect(() => importXgboost(Buffer.from(json)).predict(featureTable([new Float32Array(4)], 4))).toThrow(
      '5 features',
    );
  });

  it.skipIf(sharedDir === undefined)('reads the nine models that IBM published (needs the shared data)', () => {
    const folder = `${sharedDir}/data/analognas-surrogates`;
    const files = readdirSync(folder).filter((file) => file.endsWith('.bst'));
    expect(files).toHaveLength(9);
    const space = loadSpace('analognas-cifar10');
    const encodings = Array.from({ length: 80 }, (_, i) => space.encode(space.sampleUnlimited(createRng(i))));
    const asked = featureTable(encodings, 22);
    for (const file of files) {
      const bytes = readFileSync(join(folder, file));
      const model = importXgboost(bytes, file);
      expect(model).toMatchObject({ objective: 'reg:squarederror', features: 22, trees: 100 });
      const booster = Booster.fromBytes(bytes);
      const [found, expected] = [model.predict(asked), booster.predict(asked)];
      booster.dispose();
      expect(new Set(found).size).toBeGreaterThan(1);
      for (let i = 0; i < found.length; i++) expect(found[i], file).toBeCloseTo(expected[i]!, 4);
    }
  });
});

describe('parseUbjson', () => {
  it('reads every type', () => {
    const key = (name: string) => [0x55, name.length, ...Buffer.from(name)];
    const bytes = Uint8Array.from([
      ...Buffer.from('{'),
      ...key('a'),
      ...Buffer.from('['),
      ...[0x69, 0xff, 0x55, 0xff, 0x49, 0xff, 0xfe, 0x5a, 0x54, 0x46, 0x4e],
      ...Buffer.from(']'),
      ...key('b'),
      ...Buffer.from('[$l#U'),
      ...[2, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff],
      ...key('c'),
      ...[0x53, 0x55, 2, 0xc3, 0xa9],
      ...key('d'),
      ...[0x44, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
      ...Buffer.from('}'),
    ]);
    expect(parseUbjson(bytes)).toEqual({ a: [-1, 255, -2, null, true, false], b: [7, -1], c: 'é', d: 1.5 });
    expect(() => parseUbjson(bytes.subarray(0, 20))).toThrow();
    expect(() => parseUbjson(Uint8Array.from([0x78]))).toThrow('unknown type');
  });
});
