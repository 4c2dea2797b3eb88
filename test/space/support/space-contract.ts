import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coreCount, loadChip } from '../../../src/chip/index.js';
import { countNetwork, inferShapes } from '../../../src/nn/index.js';
import {
  type Architecture,
  type MutationKind,
  type SearchSpace,
  surveyArchitectures,
} from '../../../src/space/index.js';
import { createRng } from '../../../src/tensor/index.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 });
const kinds: readonly (MutationKind | undefined)[] = [undefined, 'depth', 'width', 'other'];

/**
 * What every search space promises.
 *
 * @param graphs how many drawn architectures are built and counted layer by layer
 */
export function spaceContract(space: SearchSpace, graphs = 40): void {
  const name = space.name;
  const expectValid = (a: Architecture) => {
    space.validate(a);
    expect(space.withinLimits(a), JSON.stringify(a)).toBe(true);
    expect(space.canonical(a)).toEqual(a);
  };

  describe(`${name} keeps the promises of a search space`, () => {
    it('draws valid architectures within the limits, the same for the same seed', () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const a = space.sample(createRng(seed));
          expectValid(a);
          expect(space.sample(createRng(seed))).toEqual(a);
        }),
        { numRuns: 100 },
      );
    });

    it('mutates into another valid architecture, of every kind', () => {
      fc.assert(
        fc.property(seeds, fc.constantFrom(...kinds), (seed, kind) => {
          const rng = createRng(seed);
          const parent = space.sample(rng);
          const child = space.mutate(parent, rng, kind);
          expectValid(child);
          expect(space.hash(child)).not.toBe(space.hash(parent));
        }),
        { numRuns: 200 },
      );
    });

    it('reaches only neighbours by one mutation, and changes every gene that they do', () => {
      const rng = createRng(11);
      const unlimited = space.withLimits({ params: undefined, macs: undefined, cores: undefined });
      const parent = space.sample(rng);
      const neighbours = unlimited.neighbours(parent);
      const hashes = new Set(neighbours.map((a) => space.hash(a)));
      for (const neighbour of neighbours) unlimited.validate(neighbour);
      expect(hashes.size).toBe(neighbours.length);
      expect(hashes.has(space.hash(parent))).toBe(false);
      const genes = new Set<string>();
      for (let i = 0; i < 600; i++) {
        const child = unlimited.mutate(parent, rng);
        expect(hashes.has(space.hash(child))).toBe(true);
        for (const gene of changedGenes(parent, child)) genes.add(gene);
      }
      expect([...genes].sort()).toEqual([...new Set(neighbours.flatMap((a) => changedGenes(parent, a)))].sort());
    });

    it('crosses over into valid architectures whose genes are those of a parent, unless the limits forbid it', () => {
      const unlimited = space.withLimits({ params: undefined, macs: undefined, cores: undefined });
      fc.assert(
        fc.property(seeds, (seed) => {
          const rng = createRng(seed);
          const [a, b] = [space.sample(rng), space.sample(rng)];
          expectValid(space.crossover(a, b, rng));
          const child = unlimited.crossover(a, b, rng);
          unlimited.validate(child);
          for (const [gene, value] of Object.entries(child.params)) {
            expect([a.params[gene], b.params[gene]]).toContain(value);
          }
        }),
        { numRuns: 100 },
      );
    });

    it('survives JSON and gives equal hashes to equal architectures only', () => {
      const seen = new Map<string, string>();
      fc.assert(
        fc.property(seeds, (seed) => {
          const a = space.sample(createRng(seed));
          const copy = JSON.parse(JSON.stringify(a)) as Architecture;
          const shuffled = { ...copy, params: Object.fromEntries(Object.entries(copy.params).reverse()) };
          expect(space.hash(shuffled)).toBe(space.hash(a));
          expect(space.canonical(shuffled)).toEqual(a);
          const text = JSON.stringify(a);
          expect(seen.get(space.hash(a)) ?? text).toBe(text);
          seen.set(space.hash(a), text);
        }),
        { numRuns: 200 },
      );
    });

    it('samples a Latin hypercube of valid architectures', () => {
      const { architectures, repairedShare } = space.sampleLatinHypercube(64, createRng(5));
      expect(architectures).toHaveLength(64);
      for (const a of architectures) expectValid(a);
      expect(repairedShare).toBeGreaterThanOrEqual(0);
      expect(repairedShare).toBeLessThanOrEqual(1);
    });

    it('encodes every architecture as finite numbers, one per feature name', () => {
      const a = space.sample(createRng(3));
      expect(space.encode(a)).toHaveLength(space.featureNames('base').length);
      expect(space.encodeExtended(a)).toHaveLength(space.featureNames('extended').length);
      fc.assert(
        fc.property(seeds, (seed) => {
          const drawn = space.sample(createRng(seed));
          for (const value of [...space.encode(drawn), ...space.encodeExtended(drawn)]) {
            expect(Number.isFinite(value)).toBe(true);
          }
        }),
        { numRuns: 100 },
      );
      expect(new Set(space.featureNames('extended')).size).toBe(space.featureNames('extended').length);
    });

    it('surveys many architectures as it encodes and counts each', () => {
      const rng = createRng(23);
      const architectures = Array.from({ length: 300 }, () => space.sampleUnlimited(rng));
      const survey = surveyArchitectures(space, architectures);
      const width = space.featureNames('extended').length;
      for (const [i, a] of architectures.entries()) {
        const { parameters, macs, cores } = space.counts(a);
        expect({ a, features: survey.features.slice(i * width, (i + 1) * width) }).toEqual({
          a,
          features: space.encodeExtended(a),
        });
        expect([survey.parameters[i], survey.macs[i], survey.cores[i]]).toEqual([parameters, macs, cores]);
        expect(survey.within[i] === 1).toBe(space.withinLimits(a));
      }
      // again, into the same memory
      surveyArchitectures(space, architectures.toReversed(), survey);
      expect(survey.features.slice(-width)).toEqual(space.encodeExtended(architectures[0]!));
    });

    it('counts in closed form what its network has', () => {
      const chip = loadChip('hermes-64');
      const rng = createRng(17);
      for (let i = 0; i < graphs; i++) {
        const a = space.sample(rng);
        const graph = space.build(a);
        const network = countNetwork(graph);
        const counts = space.counts(a);
        const cores = coreCount(network.layers, chip);
        expect({ a, ...counts }).toEqual({
          a,
          parameters: network.parameters,
          macs: network.macs,
          depth: network.depth,
          cores,
          crossbarWeights: network.crossbarWeights,
          utilisation: network.crossbarWeights / (cores * 256 * 256),
          positions: network.layers.reduce((sum, layer) => sum + layer.positions, 0),
          coreReads: network.layers.reduce((sum, layer) => sum + layer.positions * coreCount([layer], chip), 0),
        });
        expect(inferShapes(graph).get(graph.output)).toEqual([space.task.classes]);
      }
    });

    it('refuses architectures of other spaces, with unknown genes, or with values it does not have', () => {
      const a = space.sample(createRng(1));
      const [gene] = Object.keys(a.params) as [string];
      const refused = (wrong: Architecture) => {
        try {
          space.validate(wrong);
        } catch (error) {
          return error as { code: string; message: string };
        }
        throw new Error('was accepted');
      };
      expect(refused({ ...a, space: 'elsewhere' })).toMatchObject({ code: 'ARCHITECTURE_INVALID' });
      expect(refused({ ...a, params: { ...a.params, [`${gene}x`]: 1 } }).message).toContain(`Did you mean "${gene}"?`);
      expect(refused({ ...a, params: { ...a.params, [gene]: -1 } }).message).toContain(`params.${gene}`);
      const { [gene]: _, ...rest } = a.params;
      expect(refused({ ...a, params: rest }).message).toContain('found:    nothing');
    });
  });
}

/** Genes that differ, those that only one of the two has included. */
function changedGenes(a: Architecture, b: Architecture): string[] {
  return [...new Set([...Object.keys(a.params), ...Object.keys(b.params)])].filter(
    (gene) => a.params[gene] !== b.params[gene],
  );
}
