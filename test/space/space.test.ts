import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coreCount, loadChip } from '../../src/chip/index.js';
import { KirchhoffError } from '../../src/config/index.js';
import { countNetwork, inferShapes } from '../../src/nn/index.js';
import {
  type Architecture,
  findFeasible,
  loadSpace,
  requireFeasible,
  type SearchSpace,
  spaceNames,
} from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const spaces = spaceNames().map((name) => loadSpace(name));
const tiny = loadSpace('resnet-tiny');

/** Writes a space file with some keys of resnet-tiny replaced. */
function spaceFile(change: Record<string, unknown>, text?: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kirchhoff-space-')), 'space.json');
  const genes = {
    outChannel0: [4, 8],
    kernelSize0: [3],
    M: { from: 1, to: 2 },
    R: [1, 2],
    convBlock: ['A', 'C'],
    widenFact: [1, 2],
    B: [1],
  };
  const base = { family: 'analognas-resnet', name: 'small', task: { inputShape: [8, 8, 3], classes: 4 }, genes };
  writeFileSync(file, text ?? JSON.stringify({ ...base, ...change, genes: { ...genes, ...(change.genes as object) } }));
  return file;
}

function errorOf(action: () => unknown): KirchhoffError {
  try {
    action();
  } catch (error) {
    if (error instanceof KirchhoffError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

/** Every architecture of a small space, by walking all neighbours from one of them. */
function enumerate(space: SearchSpace): Map<string, Architecture> {
  const first = space.sampleUnlimited(createRng(1));
  const found = new Map([[space.hash(first), first]]);
  const waiting = [first];
  for (let a = waiting.pop(); a !== undefined; a = waiting.pop()) {
    for (const next of space.neighbours(a)) {
      const hash = space.hash(next);
      if (found.has(hash)) continue;
      found.set(hash, next);
      waiting.push(next);
    }
  }
  return found;
}

describe('the shipped spaces', () => {
  it('are the four of the AnalogNAS family', () => {
    expect(spaceNames()).toEqual(['analognas-cifar10', 'analognas-kws', 'analognas-vww', 'resnet-tiny']);
  });

  it.each(spaces)('$name: closed-form counts equal those of the graph', (space) => {
    const chip = loadChip('hermes-64');
    fc.assert(
      fc.property(seeds, (seed) => {
        const a = space.sample(createRng(seed));
        const counts = space.counts(a);
        const counted = countNetwork(space.build(a));
        expect(counts).toMatchObject({
          parameters: counted.parameters,
          macs: counted.macs,
          depth: counted.depth,
          crossbarWeights: counted.crossbarWeights,
          cores: coreCount(counted.layers, chip),
          positions: counted.layers.reduce((sum, layer) => sum + layer.positions, 0),
        });
      }),
      { numRuns: 25 },
    );
  });

  it.each(spaces)('$name: everything handed out is valid, within the limits and survives JSON', (space) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const rng = createRng(seed);
        const [a, b] = [space.sample(rng), space.sample(rng)];
        const child = space.mutate(a, rng);
        const cross = space.crossover(a, b, rng);
        for (const each of [a, b, child, cross]) {
          expect(() => space.validate(each)).not.toThrow();
          expect(space.withinLimits(each)).toBe(true);
          expect(space.hash(JSON.parse(JSON.stringify(each)))).toBe(space.hash(each));
          expect(space.encode(each)).toHaveLength(22);
          expect(space.encodeExtended(each)).toHaveLength(space.featureNames('extended').length);
          expect([...space.encodeExtended(each)].every(Number.isFinite)).toBe(true);
        }
        expect(space.hash(child)).not.toBe(space.hash(a));
      }),
      { numRuns: 40 },
    );
  });
});

describe('the AnalogNAS network', () => {
  it('halves the image at main blocks 2 and 3 and ends in one logit per class', () => {
    const a = { space: 'resnet-tiny', params: {} as Record<string, number> };
    Object.assign(a.params, { outChannel0: 8, kernelSize0: 3, M: 3 });
    for (const j of [1, 2, 3])
      Object.assign(a.params, { [`R${j}`]: 1, [`convBlock${j}`]: 1, [`widenFact${j}`]: j, [`B${j}`]: 1 });
    a.params.widenFact3 = 2;
    const graph = tiny.build(a);
    const shapes = inferShapes(graph);
    expect(shapes.get('block1.1.relu')).toEqual([32, 32, 8]);
    expect(shapes.get('block2.1.relu')).toEqual([16, 16, 16]);
    expect(shapes.get('block3.1.relu')).toEqual([8, 8, 32]);
    expect(shapes.get(graph.output)).toEqual([10]);
  });

  it('encodes genes in the order of the published surrogates, inactive ones as 0', () => {
    const params = { outChannel0: 8, kernelSize0: 5, M: 1, R1: 2, convBlock1: 4, widenFact1: 2, B1: 1 };
    expect(tiny.featureNames('base').slice(0, 10)).toEqual([
      'out_channel0',
      'M',
      'R1',
      'R2',
      'R3',
      'R4',
      'R5',
      'convblock1',
      'widenfact1',
      'B1',
    ]);
    expect([...tiny.encode({ space: 'resnet-tiny', params })]).toEqual([
      8,
      1,
      2,
      0,
      0,
      0,
      0,
      4,
      2,
      1,
      ...Array(12).fill(0),
    ]);
  });
});

describe('a small space', () => {
  const space = loadSpace(spaceFile({}));

  it('counts exactly the architectures that there are', () => {
    expect(BigInt(enumerate(space).size)).toBe(space.size());
    expect(space.size()).toBe(2n * (8n + 64n));
  });

  it('samples each gene uniformly: M of 20,000 draws within 5 standard errors', () => {
    const rng = createRng(5);
    const n = 20_000;
    let twos = 0;
    for (let i = 0; i < n; i++) twos += space.sample(rng).params.M === 2 ? 1 : 0;
    expect(Math.abs(twos - n / 2)).toBeLessThan(5 * Math.sqrt(n / 4));
  });

  it('draws a Latin hypercube whose every axis is stratified', () => {
    const unlimited = loadSpace(spaceFile({ genes: { outChannel0: { from: 1, to: 40 } } }));
    const { architectures, repairedShare } = unlimited.sampleLatinHypercube(40, createRng(3));
    expect(repairedShare).toBe(0);
    const widths = architectures.map((a) => a.params.outChannel0!).sort((x, y) => x - y);
    expect(widths).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(architectures.filter((a) => a.params.M === 1)).toHaveLength(20);
  });

  it('reaches every kind of mutation', () => {
    const rng = createRng(1);
    const a = space.sample(rng);
    const changed = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const child = space.mutate(a, rng);
      for (const gene of new Set([...Object.keys(a.params), ...Object.keys(child.params)])) {
        if (a.params[gene] !== child.params[gene]) changed.add(gene);
      }
    }
    for (const gene of ['outChannel0', 'M', 'R1', 'convBlock1', 'widenFact1']) expect(changed).toContain(gene);
  });

  it('repairs a hypercube into tight limits and states the share', () => {
    const { architectures, repairedShare } = space.withLimits({ params: 1500 }).sampleLatinHypercube(50, createRng(1));
    expect(repairedShare).toBeGreaterThan(0);
    for (const a of architectures) expect(space.counts(a).parameters).toBeLessThanOrEqual(1500);
  });
});

describe('refusals', () => {
  it('a file that is not JSON, an unknown key, a range upside down', () => {
    expect(errorOf(() => loadSpace(spaceFile({}, 'family: yes'))).code).toBe('SPACE_INVALID');
    expect(errorOf(() => loadSpace(spaceFile({ taks: 1 }))).message).toContain('Did you mean "task"?');
    const upsideDown = errorOf(() => loadSpace(spaceFile({ genes: { R: { from: 8, to: 2 } } })));
    expect(upsideDown.details.path).toBe('genes.R');
    expect(upsideDown.message).toContain('from <= to must hold, got from=8, to=2');
    expect(errorOf(() => loadSpace('resnet-tyni')).message).toContain('Did you mean "resnet-tiny"?');
  });

  it('an architecture with a wrong, missing, inactive or unknown gene', () => {
    const params = { outChannel0: 8, kernelSize0: 5, M: 1, R1: 2, convBlock1: 4, widenFact1: 2, B1: 1 };
    const paths = [{ R1: 9 }, { B1: undefined }, { R2: 1 }, { r1: 1 }].map((change) => {
      const { B1, ...rest } = { ...params, ...change };
      const all = (B1 === undefined ? rest : { ...rest, B1 }) as Record<string, number>;
      return errorOf(() => tiny.validate({ space: 'resnet-tiny', params: all })).details.path;
    });
    expect(paths).toEqual(['params.R1', 'params.B1', 'params.R2', 'params.r1']);
  });

  it('limits that nothing meets, with the nearest miss', () => {
    const error = errorOf(() => requireFeasible(tiny.withLimits({ params: 100 }), createRng(1)));
    expect(error.code).toBe('LIMITS_UNREACHABLE');
    expect(error.details.path).toBe('limits.params');
    const smallest = Number(/set limits\.params to (\d+)/.exec(error.details.hint!)![1]);
    expect(findFeasible(tiny.withLimits({ params: smallest }), createRng(2)).excess).toEqual([]);
  });
});
