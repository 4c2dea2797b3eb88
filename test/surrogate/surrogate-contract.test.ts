import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Architecture, loadSpace } from '../../src/space/index.js';
import {
  createSurrogate,
  kendallTau,
  type Prediction,
  type SurrogateKind,
  surrogateKinds,
  type TrialRow,
  xgboostStatus,
} from '../../src/surrogate/index.js';
import { createRng } from '../../src/tensor/index.js';

const space = loadSpace('resnet-tiny');
const withoutFolds = { folds: 0 };

function rows(n: number, seed: number, noise = 0): TrialRow[] {
  const rng = createRng(seed, 'rows');
  return Array.from({ length: n }, () => {
    const architecture = space.sample(rng);
    const { parameters, depth } = space.counts(architecture);
    const quality = 0.1 * Math.log2(parameters) - 0.01 * depth - 0.5;
    return { architecture, oneDayAccuracy: quality + rng.normal(0, noise), avm: 0.02 * depth, std: 0.01 };
  });
}

const architectures = (some: readonly TrialRow[]) => some.map((row) => row.architecture);
const accuracies = (some: readonly TrialRow[]) => some.map((row) => row.oneDayAccuracy);
const pick = (
  predictions: readonly Prediction[],
  key: 'score' | 'mean' | 'deviation' | 'avm' | 'avmDeviation' | 'std',
) => predictions.map((prediction) => prediction[key]);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What every kind promises. */
function surrogateContract(kind: SurrogateKind): void {
  it('orders and measures unseen architectures, in units of the labels', () => {
    const surrogate = createSurrogate(kind, space, withoutFolds);
    surrogate.fit(rows(120, 1), createRng(1));
    const unseen = rows(150, 2);
    const predicted = surrogate.predict(architectures(unseen));
    expect(kendallTau(pick(predicted, 'score'), accuracies(unseen))).toBeGreaterThan(0.7);
    expect(kendallTau(pick(predicted, 'mean'), accuracies(unseen))).toBeGreaterThan(0.7);
    const errors = unseen.map((row, i) => Math.abs(row.oneDayAccuracy - predicted[i]!.mean));
    const spread = accuracies(unseen).map((value) => Math.abs(value - mean(accuracies(unseen))));
    expect(mean(errors)).toBeLessThan(0.5 * mean(spread));
    expect(
      kendallTau(
        pick(predicted, 'avm'),
        unseen.map((row) => row.avm),
      ),
    ).toBeGreaterThan(0.7);
    // labels that are all equal are predicted as they are
    for (const value of pick(predicted, 'std')) expect(value).toBeCloseTo(0.01, 4);
    surrogate.dispose();
  });

  it('is less sure of rows that it has not seen', () => {
    const seen = rows(80, 3, 0.02);
    const surrogate = createSurrogate(kind, space, withoutFolds);
    surrogate.fit(seen, createRng(1));
    const sure = pick(surrogate.predict(architectures(seen)), 'deviation');
    const unsure = pick(surrogate.predict(architectures(rows(200, 4))), 'deviation');
    for (const deviation of [...sure, ...unsure]) expect(deviation).toBeGreaterThanOrEqual(0);
    expect(mean(unsure)).toBeGreaterThan(mean(sure));
    surrogate.dispose();
  });

  it('knows how unsure it is of the variation, where it fits more than one model to it', () => {
    const seen = rows(80, 3, 0.02);
    const unseen = rows(200, 4);
    const surrogate = createSurrogate(kind, space, withoutFolds);
    surrogate.fit(seen, createRng(1));
    const sure = pick(surrogate.predict(architectures(seen)), 'avmDeviation');
    const predicted = surrogate.predict(architectures(unseen));
    const unsure = pick(predicted, 'avmDeviation');
    surrogate.dispose();
    // a single regressor
    if (kind === 'xgboost') return expect(unsure.every(Number.isNaN)).toBe(true);
    for (const deviation of [...sure, ...unsure]) expect(deviation).toBeGreaterThan(0);
    expect(mean(unsure)).toBeGreaterThan(mean(sure));
    const spread = mean(unseen.map((row) => Math.abs(row.avm - mean(unseen.map(({ avm }) => avm)))));
    expect(mean(unsure)).toBeLessThan(spread);
    const near = unseen.filter((row, i) => Math.abs(row.avm - predicted[i]!.avm) < 3 * unsure[i]!);
    expect(near.length / unseen.length).toBeGreaterThan(0.7);
  });

  it('refuses rows and architectures that are no points of its space', () => {
    const surrogate = createSurrogate(kind, space, withoutFolds);
    const own = rows(20, 8);
    const foreign = loadSpace('resnet-cifar10').sample(createRng(1));
    const { space: name, params } = own[0]!.architecture;
    const broken = { space: name, params: { ...params, outChannel0: -7 } };
    const refused = (path: string) =>
      expect.objectContaining({ code: 'ARCHITECTURE_INVALID', details: expect.objectContaining({ path }) });
    const withRow = (architecture: Architecture) => [...own, { ...own[0]!, architecture }];
    expect(() => surrogate.fit(withRow(foreign), createRng(1))).toThrow(refused('rows.20.architecture.space'));
    expect(() => surrogate.fit(withRow(broken), createRng(1))).toThrow(
      refused('rows.20.architecture.params.outChannel0'),
    );
    surrogate.fit(own, createRng(1));
    expect(() => surrogate.predict([own[0]!.architecture, foreign])).toThrow(refused('architectures.1.space'));
    expect(() => surrogate.predict([broken])).toThrow(refused('architectures.0.params.outChannel0'));
    surrogate.dispose();
  });

  it('repeats under a seed, and comes back from a folder as it was', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-surrogate-'));
    const [first, second] = [1, 1].map((seed) => {
      const surrogate = createSurrogate(kind, space, withoutFolds);
      surrogate.fit(rows(40, 5), createRng(seed));
      return surrogate;
    });
    const asked = architectures(rows(20, 6));
    const predicted = first!.predict(asked);
    expect(second!.predict(asked)).toEqual(predicted);
    first!.save(folder);
    const again = createSurrogate(kind, space, withoutFolds);
    again.load(folder);
    expect(again.predict(asked)).toEqual(predicted);
    const other = surrogateKinds.find((each) => each !== kind && (each === 'gp' || each === 'mlp'))!;
    expect(() => createSurrogate(other, space).load(folder)).toThrow('of another kind');
    const model = readdirSync(folder).find((file) => file !== 'card.json')!;
    writeFileSync(join(folder, model), '{"kind": ');
    expect(() => again.load(folder)).toThrow(
      expect.objectContaining({
        code: 'SURROGATE_INVALID',
        details: expect.objectContaining({ source: join(folder, model) }),
      }),
    );
    expect(again.predict(asked)).toEqual(predicted);
    for (const surrogate of [first!, second!, again]) surrogate.dispose();
  });

  it('flags architectures outside the range of its rows', () => {
    const small = rows(200, 1).filter((row) => row.architecture.params.M === 1);
    const large = rows(200, 2).find((row) => row.architecture.params.M === 3)!;
    const surrogate = createSurrogate(kind, space, withoutFolds);
    surrogate.fit(small, createRng(1));
    const flags = surrogate.predict([small[0]!.architecture, large.architecture]).map(({ inRange }) => inRange);
    expect(flags).toEqual([true, false]);
    surrogate.dispose();
  });

  it('scores itself on held-out rows, and needs two rows', () => {
    const surrogate = createSurrogate(kind, space, { folds: 3 });
    expect(() => surrogate.fit(rows(1, 1), createRng(1))).toThrow('needs at least two rows');
    const broken = [...rows(4, 1), { ...rows(1, 2)[0]!, avm: Number.NaN }];
    expect(() => surrogate.fit(broken, createRng(1))).toThrow('rows.4.avm');
    expect(surrogate.fit(rows(5, 1), createRng(1))).toMatchObject({ rows: 5, folds: 0, heldOutKendallTau: null });
    const report = surrogate.fit(rows(60, 1), createRng(1));
    expect(report).toMatchObject({ rows: 60, folds: 3, stdKendallTau: null });
    expect(report.heldOutKendallTau).toBeGreaterThan(0.6);
    surrogate.dispose();
  });
}

describe.each(['gp', 'mlp'] as const)('the surrogate %s', surrogateContract);

it('refuses a kind that does not exist, with the nearest that does', () => {
  expect(() => createSurrogate('xgbost' as SurrogateKind, space)).toThrow(
    expect.objectContaining({
      code: 'SURROGATE_INVALID',
      summary: 'There is no surrogate of the kind "xgbost". Did you mean "xgboost"?',
      details: { path: 'kind', found: 'xgbost', accepted: 'xgboost, gp, mlp, blend' },
    }),
  );
});

const status = xgboostStatus();

describe.skipIf(!status.available).each(['xgboost', 'blend'] as const)(
  `the surrogate %s (${status.reason})`,
  surrogateContract,
);
