import type { Rng } from '../../tensor/index.js';
import type { GeneFamily, Genes, Surveyor } from '../gene-family.js';
import type { TileSize } from '../search-space.js';
import { hardwareGenes } from './hardware.js';
import type { JointDefinition } from './schema.js';

/** Chance that a mutation of the kind `other` changes the crossbar and not the network. */
const HARDWARE_CHANCE = 0.5;

/** What a baseline runs on, as near as the space comes to it. */
const USUAL = [256, 8, 8, 1] as const;

const features = ['log2Tile', 'dacBits', 'adcBits', 'phases'] as const;

/** The architectures of a family together with the settings of their crossbars, as one space: four genes more. */
export function jointFamily(inner: GeneFamily, { crossbar }: JointDefinition): GeneFamily {
  const count = inner.geneNames.length;
  const choices = hardwareGenes.map((gene) => crossbar[gene]);
  const network = (genes: Genes): Genes => genes.subarray(0, count);
  const tileOf = (genes: Genes, at = 0): TileSize => ({ rows: genes[at + count]!, cols: genes[at + count]! });
  const joined = (changed: Genes, hardware: Genes): Genes => {
    const genes = new Int32Array(count + choices.length);
    genes.set(changed);
    genes.set(hardware, count);
    return genes;
  };
  const hardwareNeighbours = (genes: Genes): Genes[] =>
    choices.flatMap((values, i) =>
      values
        .filter((value) => value !== genes[count + i])
        .map((value) => {
          const changed = genes.slice();
          changed[count + i] = value;
          return changed;
        }),
    );
  const describe = (genes: Genes, at: number, out: Float32Array, to: number): void => {
    out[to] = Math.log2(genes[at + count]!);
    for (let i = 1; i < features.length; i++) out[to + i] = genes[at + count + i]!;
  };
  return {
    task: inner.task,
    geneNames: [...inner.geneNames, ...hardwareGenes],
    geneValues: [...inner.geneValues, ...choices],
    geneLabels: [...inner.geneLabels, ...choices.map(() => null)],
    baseFeatures: [...inner.baseFeatures, ...features],
    extendedFeatures: [...inner.extendedFeatures, ...features],
    isActive: (genes, index) => index >= count || inner.isActive(network(genes), index),
    drawMutation(genes, kind, rng) {
      const others = kind === 'other' && rng.chance(HARDWARE_CHANCE) ? hardwareNeighbours(genes) : [];
      if (others.length > 0) return rng.pick(others);
      const changed = inner.drawMutation(network(genes).slice(), kind, rng);
      return changed === undefined
        ? pickOrNone(hardwareNeighbours(genes), rng)
        : joined(changed, genes.subarray(count));
    },
    neighbours: (genes) => [
      ...inner.neighbours(network(genes).slice()).map((changed) => joined(changed, genes.subarray(count))),
      ...hardwareNeighbours(genes),
    ],
    shrink: (genes, rng) => inner.shrink(network(genes), rng),
    size: () => choices.reduce((total, values) => total * BigInt(values.length), inner.size()),
    counts: (genes) => inner.counts(network(genes), tileOf(genes)),
    encode(genes, out) {
      inner.encode(network(genes), out.subarray(0, inner.baseFeatures.length));
      describe(genes, 0, out, inner.baseFeatures.length);
    },
    encodeExtended(genes, _tile, out) {
      inner.encodeExtended(network(genes), tileOf(genes), out.subarray(0, inner.extendedFeatures.length));
      describe(genes, 0, out, inner.extendedFeatures.length);
    },
    surveyor() {
      const byTile = new Map<number, Surveyor>();
      return (genes, at, out, to, counts) => {
        const tile = tileOf(genes, at);
        let survey = byTile.get(tile.rows);
        if (survey === undefined) {
          survey = inner.surveyor(tile);
          byTile.set(tile.rows, survey);
        }
        survey(genes, at, out, to, counts);
        describe(genes, at, out, to + inner.extendedFeatures.length);
      };
    },
    build: (genes, name) => inner.build(network(genes), name),
    expressBaseline(name) {
      const genes = inner.expressBaseline(name);
      if (genes === undefined) return undefined;
      return joined(
        genes,
        Int32Array.from(choices, (values, i) => nearest(values, USUAL[i]!)),
      );
    },
    weightPosition: (genes, node) => inner.weightPosition(network(genes), node),
  };
}

function nearest(values: readonly number[], to: number): number {
  return values.reduce((best, value) => (Math.abs(value - to) < Math.abs(best - to) ? value : best));
}

function pickOrNone(list: readonly Genes[], rng: Rng): Genes | undefined {
  return list.length === 0 ? undefined : rng.pick(list);
}
