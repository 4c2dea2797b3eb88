import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace } from '../../src/space/index.js';
import { ceilingOf } from '../../src/surrogate/ceiling.js';
import {
  createSurrogate,
  fitSurrogate,
  kendallTau,
  surrogateCardSchema,
  type TrialRow,
} from '../../src/surrogate/index.js';
import { readTrialTable } from '../../src/surrogate/trial-table.js';
import { createRng } from '../../src/tensor/index.js';

const space = loadSpace('resnet-tiny');
const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-fit-'));
const NOISE = 0.03;

/** Evaluations whose accuracy is a function of size and depth, with noise. */
function evaluate(architectures: readonly TrialRow['architecture'][], seed: number): TrialRow[] {
  const rng = createRng(seed, 'noise');
  return architectures.map((architecture) => {
    const { parameters, depth } = space.counts(architecture);
    const accuracy = 0.1 * Math.log2(parameters) - 0.01 * depth - 0.5 + rng.normal(0, NOISE);
    return { architecture, oneDayAccuracy: accuracy, avm: 0.01 * depth + rng.normal(0, 0.01), std: 0.01 };
  });
}

function csv(name: string, rows: readonly TrialRow[], others: readonly string[] = []): string {
  const lines = rows.map(({ architecture, oneDayAccuracy, avm, std }) => {
    return `"${JSON.stringify(architecture.params).replaceAll('"', '""')}",${oneDayAccuracy},${avm},${std}`;
  });
  const file = join(folder, name);
  writeFileSync(file, ['architecture,oneDayAccuracy,avm,std', ...lines, ...others].join('\n'));
  return file;
}

const rng = createRng(1);
const architectures = Array.from({ length: 90 }, () => space.sample(rng));
const first = evaluate(architectures, 1);
const second = evaluate(architectures.slice(0, 40), 2);
const request = { space, kind: 'gp', seed: 3, folds: 3, command: 'kirchhoff surrogate fit' } as const;

describe('fitSurrogate', () => {
  it('writes models and a card, which a search loads', () => {
    const rows = csv('rows.csv', first, [`"${JSON.stringify(architectures[0]!.params).replaceAll('"', '""')}",,,`]);
    csv('repeats.csv', second);
    writeFileSync(join(folder, 'collection.json'), '{"seed": 7}');
    const summary = fitSurrogate({ ...request, rows, to: join(folder, 'fitted') });
    expect(summary).toMatchObject({ rows: 90, dropped: 1, collection: { seed: 7 } });
    const { quality, ceiling, importance } = summary;
    expect(quality.oneDayAccuracy).toMatchObject({ folds: 3 });
    expect(quality.oneDayAccuracy!.kendallTau).toBeGreaterThan(0.6);
    expect(quality.oneDayAccuracy!.rmse).toBeLessThan(2 * NOISE);
    expect(quality.avm!.kendallTau).toBeGreaterThan(0.4);
    // equal labels have no order
    expect(quality.std).toMatchObject({ kendallTau: null, ndcg: null });
    expect(ceiling).toMatchObject({ pairs: 40 });
    expect(ceiling!.kendallTau).toBeGreaterThan(ceiling!.retestKendallTau);
    expect(importance).toHaveLength(space.featureNames('extended').length);
    expect(importance[0]!.importance).toBeGreaterThan(0.02);
    const card = surrogateCardSchema.parse(JSON.parse(readFileSync(join(folder, 'fitted/card.json'), 'utf8')));
    expect(card).toMatchObject({ kind: 'gp', rows: 90, fit: { command: 'kirchhoff surrogate fit' } });
    const surrogate = createSurrogate('gp', space);
    surrogate.load(join(folder, 'fitted'));
    const scores = surrogate.predict(architectures).map(({ score }) => score);
    const accuracies = first.map((row) => row.oneDayAccuracy);
    expect(kendallTau(scores, accuracies)).toBeGreaterThan(quality.oneDayAccuracy!.kendallTau! - 0.1);
  });

  it('refuses few rows, a missing column and a broken description', () => {
    const to = join(folder, 'none');
    expect(() => fitSurrogate({ ...request, rows: csv('few.csv', first.slice(0, 20)), to })).toThrow('Too few rows');
    const file = join(folder, 'wrong.csv');
    writeFileSync(file, 'architecture,oneDayAccuracy,amv,std\n');
    expect(() => fitSurrogate({ ...request, rows: file, to })).toThrow('no column "avm"');
    const cut = join(folder, 'cut.csv');
    writeFileSync(cut, readFileSync(csv('whole.csv', first), 'utf8').replace(/,[^,]*,[^,]*$/, ''));
    expect(() => fitSurrogate({ ...request, rows: cut, to })).toThrow(/cut\.csv\n.*row 90: 2 fields/);
    writeFileSync(join(folder, 'collection.json'), '{');
    expect(() => fitSurrogate({ ...request, rows: join(folder, 'rows.csv'), to })).toThrow('not JSON');
  });
});

describe('readTrialTable', () => {
  it('names file and row of an architecture that is none of the space, whatever is wrong with it', () => {
    const genes = JSON.stringify({ ...architectures[1]!.params, outChannel7: 1 }).replaceAll('"', '""');
    const unknown = csv('unknown.csv', first.slice(0, 3), [`"${genes}",0.5,0.1,0.01`]);
    expect(() => readTrialTable(unknown, space)).toThrow(
      /Unknown gene "outChannel7".*unknown\.csv row 4 at params\.outChannel7/s,
    );
    const foreign = csv('foreign.csv', [], ['"{""space"":""nasbench201"",""params"":{}}",0.5,0.1,0.01']);
    expect(() => readTrialTable(foreign, space)).toThrow(/another search space.*foreign\.csv row 1 at space/s);
    const text = csv('text.csv', [], ['resnet,0.5,0.1,0.01']);
    expect(() => readTrialTable(text, space)).toThrow(/not an architecture.*text\.csv row 1/s);
  });
});

describe('ceilingOf', () => {
  it('lies near the tau of the true values', () => {
    const many = Array.from({ length: 1500 }, () => space.sample(rng));
    const [a, b] = [evaluate(many, 5), evaluate(many, 6)];
    const truth = many.map((architecture) => {
      const { parameters, depth } = space.counts(architecture);
      return 0.1 * Math.log2(parameters) - 0.01 * depth;
    });
    const { kendallTau: ceiling, retestKendallTau } = ceilingOf(space, a, b)!;
    const reached = kendallTau(
      truth,
      a.map((row) => row.oneDayAccuracy),
    );
    expect(retestKendallTau).toBeLessThan(reached);
    // the normal approximation is off by a little for values that are not normal
    expect(Math.abs(ceiling - reached)).toBeLessThan(0.03);
  });

  it('is not told from a few pairs', () => {
    expect(ceilingOf(space, first, second.slice(0, 7))).toBeNull();
  });
});
