import { contentHash } from '../../../src/config/index.js';
import type { Architecture, SearchSpace, SpaceLimits } from '../../../src/space/index.js';
import type { Rng } from '../../../src/tensor/index.js';

const genes = ['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7'] as const;
const levels = 10;

/**
 * Eight genes of ten levels, of which the last `frozen` are always 0; the parameter count is the sum of the genes.
 * Networks cannot be built from it.
 */
export function toySpace(limits: SpaceLimits = {}, frozen = 0): SearchSpace {
  const free = genes.length - frozen;
  const make = (values: readonly number[]): Architecture => ({
    space: 'toy',
    params: Object.fromEntries(genes.map((gene, i) => [gene, values[i]!])),
  });
  const values = (a: Architecture) => genes.map((gene) => a.params[gene]!);
  const sum = (a: Architecture) => values(a).reduce((total, value) => total + value, 0);
  const withinLimits = (a: Architecture) => sum(a) <= (limits.params ?? Number.POSITIVE_INFINITY);
  const within = (draw: () => Architecture): Architecture => {
    let a = draw();
    while (!withinLimits(a)) a = draw();
    return a;
  };
  const sampleUnlimited = (rng: Rng) => make(genes.map((_, i) => (i < free ? rng.int(0, levels) : 0)));
  const step = (a: Architecture, rng: Rng) => {
    const next = values(a);
    const changed = rng.int(0, free);
    next[changed] = (next[changed]! + rng.int(1, levels)) % levels;
    return make(next);
  };
  return {
    name: 'toy',
    task: { inputShape: [8, 8, 1], classes: 2 },
    limits,
    tile: { rows: 256, cols: 256 },
    geneNames: genes,
    genes: genes.map((name) => ({ name, values: [...Array(levels).keys()], labels: null })),
    withLimits: (more) => toySpace({ ...limits, ...more }, frozen),
    sample: (rng) => within(() => sampleUnlimited(rng)),
    sampleUnlimited,
    sampleLatinHypercube: (n, rng) => ({
      architectures: Array.from({ length: n }, () => within(() => sampleUnlimited(rng))),
      repairedShare: 0,
    }),
    mutate: (a, rng) => within(() => step(a, rng)),
    neighbours: (a) =>
      Array.from({ length: free * (levels - 1) }, (_, i) => {
        const next = values(a);
        const changed = i % free;
        next[changed] = (next[changed]! + 1 + Math.floor(i / free)) % levels;
        return make(next);
      }),
    crossover: (a, b, rng) =>
      within(() => make(values(a).map((value, i) => (rng.chance(0.5) ? value : values(b)[i]!)))),
    validate: () => {},
    withinLimits,
    expressBaseline: (name) => (name === 'resnet8' ? make([1, 1, 1, 1, 0, 0, 0, 0]) : undefined),
    canonical: (a) => a,
    hash: (a) => contentHash(values(a)),
    encode: (a) => Float32Array.from(values(a)),
    encodeExtended: (a) => Float32Array.from(values(a)),
    featureNames: () => genes,
    build: () => {
      throw new Error('the toy space has no networks');
    },
    size: () => BigInt(levels) ** BigInt(free),
    counts: (a) => ({
      parameters: sum(a),
      macs: sum(a),
      depth: 1,
      cores: 1,
      crossbarWeights: sum(a),
      utilisation: 1,
      positions: 1,
      coreReads: 1,
    }),
  };
}

/** A landscape with one peak, epistasis between neighbours, and a variation that rises with the last gene. */
export function toyOutcome(a: Architecture): { objective: number; avm: number; std: number } {
  const g = Object.values(a.params);
  const distance = g.reduce((total, value, i) => total + Math.abs(value - ((i * 3) % levels)) / levels, 0);
  const ruggedness = g.reduce((total, value, i) => total + ((value * (g[(i + 1) % g.length]! + 1)) % 4) / 40, 0);
  return { objective: 1 - (distance + ruggedness) / g.length, avm: (g[7]! + 1) / 50, std: 0.01 };
}
