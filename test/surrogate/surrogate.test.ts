import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KirchhoffError } from '../../src/config/index.js';
import { loadSpace } from '../../src/space/index.js';
import {
  Booster,
  createSurrogate,
  featureTable,
  kendallTau,
  type TrialRow,
  xgboostStatus,
} from '../../src/surrogate/index.js';
import { createRng } from '../../src/tensor/index.js';
import { sharedDir } from '../support/shared.js';

describe('kendallTau', () => {
  const bruteForce = (a: readonly number[], b: readonly number[]): number => {
    let [concordant, discordant, onlyA, onlyB] = [0, 0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      for (let j = 0; j < i; j++) {
        const [x, y] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)];
        if (x * y > 0) concordant++;
        else if (x * y < 0) discordant++;
        else if (x === 0 && y !== 0) onlyA++;
        else if (y === 0 && x !== 0) onlyB++;
      }
    }
    const strict = concordant + discordant;
    return (concordant - discordant) / Math.sqrt((strict + onlyA) * (strict + onlyB));
  };

  it('equals the definition, ties included', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 40 }), (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const expected = bruteForce(a, b);
        const found = kendallTau(a, b);
        if (Number.isNaN(expected)) expect(found).toBeNaN();
        else expect(found).toBeCloseTo(expected, 12);
      }),
    );
  });
});

const status = xgboostStatus();

describe.skipIf(!status.available)(`the XGBoost surrogate (${status.reason})`, () => {
  const space = loadSpace('resnet-tiny');
  const rows = (n: number, seed: number): TrialRow[] => {
    const rng = createRng(seed, 'rows');
    return Array.from({ length: n }, () => {
      const architecture = space.sample(rng);
      const { parameters, depth } = space.counts(architecture);
      const quality = 0.1 * Math.log2(parameters) - 0.01 * depth;
      return { architecture, oneDayAccuracy: quality - 0.5, avm: 0.02 * depth, std: 0.001 * depth };
    });
  };

  it('learns a landscape: held-out tau, and the order of unseen architectures', () => {
    const surrogate = createSurrogate('xgboost', space);
    const report = surrogate.fit(rows(120, 1), createRng(1));
    expect(report).toMatchObject({ rows: 120, folds: 5 });
    expect(report.heldOutKendallTau).toBeGreaterThan(0.7);
    expect(report.betterHalfKendallTau).toBeGreaterThan(0.4);
    expect(report.betterHalfKendallTau).toBeLessThan(report.heldOutKendallTau!);
    expect(report.avmKendallTau).toBeGreaterThan(0.8);
    expect(report.stdKendallTau).toBeGreaterThan(0.8);
    const unseen = rows(200, 2);
    const predicted = surrogate.predict(unseen.map((row) => row.architecture));
    expect(
      kendallTau(
        predicted.map((p) => p.score),
        unseen.map((row) => row.oneDayAccuracy),
      ),
    ).toBeGreaterThan(0.7);
    expect(
      kendallTau(
        predicted.map((p) => p.avm),
        unseen.map((row) => row.avm),
      ),
    ).toBeGreaterThan(0.7);
    surrogate.dispose();
  });

  it('finds no order in noise', () => {
    const rng = createRng(3, 'noise');
    const taus = Array.from({ length: 12 }, (_, i) => {
      const noise = rows(60, 10 + i).map((row) => ({ ...row, oneDayAccuracy: rng.uniform() }));
      const surrogate = createSurrogate('xgboost', space, { rounds: 30 });
      const { heldOutKendallTau } = surrogate.fit(noise, rng.child(`fit/${i}`));
      surrogate.dispose();
      return heldOutKendallTau!;
    });
    const mean = taus.reduce((sum, tau) => sum + tau, 0) / taus.length;
    // tau of n unrelated values has variance 2(2n+5)/9n(n-1): here 5 folds of 12 values, 12 fits.
    const sigma = Math.sqrt((2 * 29) / (9 * 12 * 11) / (5 * 12));
    expect(Math.abs(mean)).toBeLessThan(5 * sigma);
  });

  it('repeats under a seed, and changes with it', () => {
    const scores = (seed: number): number[] => {
      const surrogate = createSurrogate('xgboost', space);
      surrogate.fit(rows(40, 1), createRng(seed));
      const result = surrogate.predict(rows(10, 2).map((row) => row.architecture)).map((p) => p.score);
      surrogate.dispose();
      return result;
    };
    expect(scores(1)).toEqual(scores(1));
    expect(scores(1)).not.toEqual(scores(2));
  });

  it('saves XGBoost JSON with a card and loads it again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-surrogate-'));
    const surrogate = createSurrogate('xgboost', space);
    surrogate.fit(rows(40, 1), createRng(1));
    surrogate.save(folder);
    expect(readdirSync(folder).sort()).toEqual([
      'card.json',
      'xgboost-avm.json',
      'xgboost-score-mean-1.json',
      'xgboost-score-mean-2.json',
      'xgboost-score-mean-3.json',
      'xgboost-score-mean-4.json',
      'xgboost-score.json',
      'xgboost-std.json',
    ]);
    const model = JSON.parse(readFileSync(join(folder, 'xgboost-score.json'), 'utf8'));
    expect(model.learner.objective.name).toBe('rank:pairwise');
    const again = createSurrogate('xgboost', space);
    again.load(folder);
    const archs = rows(20, 5).map((row) => row.architecture);
    expect(again.predict(archs)).toEqual(surrogate.predict(archs));
    const other = createSurrogate('xgboost', loadSpace('analognas-cifar10'));
    expect(() => other.load(folder)).toThrowError(/fitted on another search space/);
    writeFileSync(join(folder, 'xgboost-avm.json'), '{"learner": {');
    expect(() => again.load(folder)).toThrowError(KirchhoffError);
    again.dispose();
    surrogate.dispose();
  });

  it('says which file of a saved surrogate is missing or damaged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-surrogate-'));
    const surrogate = createSurrogate('xgboost', space);
    const refusal = (): KirchhoffError => {
      try {
        surrogate.load(folder);
      } catch (error) {
        if (error instanceof KirchhoffError) return error;
        throw error;
      }
      throw new Error('was loaded');
    };
    expect(refusal()).toMatchObject({ code: 'SURROGATE_INVALID', details: { source: join(folder, 'card.json') } });
    surrogate.fit(rows(20, 1), createRng(1));
    const before = surrogate.predict([rows(1, 3)[0]!.architecture]);
    surrogate.save(folder);
    rmSync(join(folder, 'xgboost-std.json'));
    expect(refusal().details.source).toBe(join(folder, 'xgboost-std.json'));
    writeFileSync(join(folder, 'card.json'), '{"format": 1,');
    expect(refusal().message).toContain('not JSON');
    writeFileSync(join(folder, 'card.json'), '{"format": 1}');
    expect(refusal().details.path).toBe('format');
    expect(surrogate.predict([rows(1, 3)[0]!.architecture])).toEqual(before);
    surrogate.dispose();
  });

  it('says that it has too few rows, and holds none out below six', () => {
    const surrogate = createSurrogate('xgboost', space);
    expect(() => surrogate.fit(rows(1, 1), createRng(1))).toThrow('needs at least two rows');
    expect(surrogate.fit(rows(5, 1), createRng(1))).toMatchObject({ rows: 5, folds: 0, heldOutKendallTau: null });
    surrogate.dispose();
    surrogate.dispose();
  });

  it('flags architectures outside the range of its rows', () => {
    const small = rows(300, 1).filter((row) => row.architecture.params.M === 1);
    const large = rows(300, 2).find((row) => row.architecture.params.M === 3)!;
    const surrogate = createSurrogate('xgboost', space);
    surrogate.fit(small, createRng(1));
    const [inside, outside] = surrogate.predict([small[0]!.architecture, large.architecture]);
    expect([inside!.inRange, outside!.inRange]).toEqual([true, false]);
    surrogate.dispose();
  });

  it.skipIf(sharedDir === undefined)('reads the legacy binaries that IBM published (needs the shared data)', () => {
    const folder = `${sharedDir}/data/analognas-surrogates`;
    const files = readdirSync(folder).filter((file) => file.endsWith('.bst'));
    expect(files).toHaveLength(9);
    const cifar = loadSpace('analognas-cifar10');
    const encodings = Array.from({ length: 50 }, (_, i) => cifar.encode(cifar.sampleUnlimited(createRng(i))));
    for (const file of files) {
      const model = Booster.fromBytes(readFileSync(join(folder, file)));
      expect(model.features).toBe(22);
      const values = model.predict(featureTable(encodings, 22));
      expect(new Set(values).size).toBeGreaterThan(1);
      model.dispose();
    }
    const ranker = Booster.fromBytes(readFileSync(join(folder, 'xgboost_ranker_acc.bst')));
    const accuracies = ranker.predict(featureTable(encodings, 22));
    for (const value of accuracies) expect(value).toSatisfy((v: number) => v > 0.4 && v < 1.05);
    ranker.dispose();
  });
});
