import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpace, type SearchSpace } from '../../src/space/index.js';
import { ceilingOf } from '../../src/surrogate/ceiling.js';
import {
  createSurrogate,
  fitSurrogate,
  kendallTau,
  type RowsOrigin,
  spaceOfRows,
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
    expect(card).toMatchObject({
      heldOutKendallTau: quality.oneDayAccuracy!.kendallTau,
      betterHalfKendallTau: quality.oneDayAccuracy!.betterHalfKendallTau,
      avmKendallTau: quality.avm!.kendallTau,
      stdKendallTau: null,
      folds: 3,
    });
    expect(card).toMatchObject({ inputShape: [32, 32, 3], tile: { rows: 256, cols: 256 } });
    const surrogate = createSurrogate('gp', space);
    surrogate.load(join(folder, 'fitted'));
    const scores = surrogate.predict(architectures).map(({ score }) => score);
    const accuracies = first.map((row) => row.oneDayAccuracy);
    expect(kendallTau(scores, accuracies)).toBeGreaterThan(quality.oneDayAccuracy!.kendallTau! - 0.1);
  });

  it('refuses few rows, a missing column and a broken description', () => {
    const to = join(folder, 'none');
    expect(() => fitSurrogate({ ...request, rows: csv('few.csv', first.slice(0, 20)), to })).toThrow('Too few rows');
    const twice = csv('few-twice.csv', [...first.slice(0, 20), ...first.slice(0, 20)]);
    expect(() => fitSurrogate({ ...request, rows: twice, to })).toThrow('40 rows with figures, of 20 architectures');
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

describe('architectures that stand in the rows twice', () => {
  // accuracies of pure chance: only who saw an architecture can know its own
  const chance = createRng(5, 'chance');
  const single = architectures.slice(0, 40).map((architecture) => {
    return { architecture, oneDayAccuracy: chance.uniform(), avm: chance.uniform(), std: chance.uniform() };
  });
  const doubled = [...single, ...single];

  it('are never asked about by a model that was fitted on them, in a fit', () => {
    const surrogate = createSurrogate('gp', space, { folds: 4 });
    const { heldOutKendallTau, avmKendallTau, stdKendallTau } = surrogate.fit(doubled, createRng(1));
    surrogate.dispose();
    for (const tau of [heldOutKendallTau, avmKendallTau, stdKendallTau]) expect(Math.abs(tau ?? 0)).toBeLessThan(0.3);
  });

  it('nor in `surrogate fit`', () => {
    const rows = csv('doubled.csv', doubled);
    writeFileSync(join(folder, 'collection.json'), '{}');
    const { quality } = fitSurrogate({ ...request, rows, to: join(folder, 'doubled') });
    for (const { kendallTau: tau } of [quality.oneDayAccuracy!, quality.avm!, quality.std!]) {
      expect(Math.abs(tau ?? 0)).toBeLessThan(0.3);
    }
  });

  it('are too few for folds where they are few', () => {
    const surrogate = createSurrogate('gp', space, { folds: 3 });
    const few = [...single.slice(0, 5), ...single.slice(0, 5), ...single.slice(0, 5)];
    expect(surrogate.fit(few, createRng(1))).toMatchObject({ rows: 15, folds: 0, heldOutKendallTau: null });
    surrogate.dispose();
  });
});

describe('images and tiles of a surrogate', () => {
  const small = loadSpace('resnet-tiny', { rows: 512, cols: 512 }, 16);
  const fitted = (on: SearchSpace) => {
    const to = mkdtempSync(join(tmpdir(), 'kirchhoff-origin-'));
    const surrogate = createSurrogate('gp', on, { folds: 0 });
    const architectures = Array.from({ length: 6 }, () => on.sample(createRng(3)));
    surrogate.fit(
      architectures.map((architecture, i) => ({ architecture, oneDayAccuracy: i, avm: i, std: i })),
      createRng(1),
    );
    surrogate.save(to);
    surrogate.dispose();
    return to;
  };
  const notesOf = (to: string, asked: SearchSpace) => {
    const surrogate = createSurrogate('gp', asked);
    const notes = surrogate.load(to);
    surrogate.dispose();
    return notes;
  };

  it('stand on its card, and are told where a space has other ones', () => {
    const to = fitted(small);
    expect(notesOf(to, small)).toEqual([]);
    expect(notesOf(to, space)).toEqual([
      'the surrogate was fitted on features for images of 16x16x3, and is asked with those for 32x32x3: its values are off, its order by less',
      'the surrogate was fitted on features for tiles of 512x512, and is asked with those for 256x256: its values are off, its order by less',
    ]);
    const file = join(to, 'card.json');
    const { inputShape, tile, ...old } = JSON.parse(readFileSync(file, 'utf8'));
    expect({ inputShape, tile }).toEqual({ inputShape: [16, 16, 3], tile: { rows: 512, cols: 512 } });
    writeFileSync(file, JSON.stringify(old));
    expect(notesOf(to, space)).toEqual([]);
  });

  it('leave out the tile where architectures bring it along', () => {
    const to = fitted(loadSpace('resnet-tiny-joint'));
    expect(JSON.parse(readFileSync(join(to, 'card.json'), 'utf8'))).not.toHaveProperty('tile');
    expect(notesOf(to, loadSpace('resnet-tiny-joint', { rows: 512, cols: 512 }))).toEqual([]);
  });

  it('of collected rows are those of the collection, unless others are named', () => {
    const beside = mkdtempSync(join(tmpdir(), 'kirchhoff-collection-'));
    const rows = join(beside, 'rows.csv');
    const origin = (named?: RowsOrigin) => {
      const { task, tile } = spaceOfRows('resnet-tiny', rows, named);
      return { side: task.inputShape[0], tile: tile.rows };
    };
    expect(origin()).toEqual({ side: 32, tile: 256 });
    expect(origin({ side: 8, chip: 'generic-512' })).toEqual({ side: 8, tile: 512 });
    const write = (content: unknown) => writeFileSync(join(beside, 'collection.json'), JSON.stringify(content));
    write({ seed: 1, chip: 'generic-512', task: { name: 'cifar10', side: 16 } });
    expect(origin()).toEqual({ side: 16, tile: 512 });
    expect(origin({ side: 8, chip: 'hermes-64' })).toEqual({ side: 8, tile: 256 });
    write({ chip: '/elsewhere/chip.json', task: {} });
    expect(() => origin()).toThrow(
      expect.objectContaining({
        code: 'CHIP_INVALID',
        details: expect.objectContaining({ source: join(beside, 'collection.json'), path: 'chip' }),
      }),
    );
    expect(origin({ chip: 'hermes-64' })).toEqual({ side: 32, tile: 256 });
    write({ task: { side: 'large' } });
    expect(() => origin()).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
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
