import { contentHash, fail, nearestWord } from '../config/index.js';
import type { NetworkGraph } from '../nn/index.js';
import type { Rng } from '../tensor/index.js';
import { requireFeasible } from './find-feasible.js';
import type { GeneFamily, Genes, Surveyor } from './gene-family.js';
import { latinHypercube } from './latin-hypercube.js';
import { meetsLimits } from './limits.js';
import { nameInFile } from './own-space.js';
import type {
  Architecture,
  ArchitectureCounts,
  EncodingKind,
  Gene,
  HypercubeRepair,
  HypercubeSample,
  MutationKind,
  SearchSpace,
  SpaceLimits,
  SpaceTask,
  Survey,
  TileSize,
} from './search-space.js';

/** Draws before rejection gives up on a space whose limits leave less than about one in ten thousand. */
const REJECTION_DRAWS = 100_000;

/** Random children before mutation looks at all neighbours, and crossover shrinks its child. */
const CHILD_DRAWS = 40;

/** Chance of each kind of mutation, as in AnalogNAS' code. */
const kindChances: readonly (readonly [MutationKind, number])[] = [
  ['width', 0.4],
  ['depth', 0.4],
  ['other', 0.2],
];

/** A {@link SearchSpace} over the genes of a {@link GeneFamily}. */
export class GeneSpace implements SearchSpace {
  readonly task: SpaceTask;
  readonly geneNames: readonly string[];
  private surveyor: Surveyor | undefined;
  readonly genes: readonly Gene[];

  constructor(
    readonly name: string,
    private readonly family: GeneFamily,
    readonly limits: SpaceLimits,
    readonly tile: TileSize,
    readonly definition?: unknown,
  ) {
    this.task = family.task;
    this.geneNames = family.geneNames;
    this.genes = family.geneNames.map((gene, i) => {
      return { name: gene, values: family.geneValues[i]!, labels: family.geneLabels[i]! };
    });
  }

  withLimits(limits: SpaceLimits): SearchSpace {
    return new GeneSpace(this.name, this.family, { ...this.limits, ...limits }, this.tile, this.definition);
  }

  sample(rng: Rng): Architecture {
    for (let draw = 0; draw < REJECTION_DRAWS; draw++) {
      const genes = this.draw(rng);
      if (this.genesWithinLimits(genes)) return this.express(genes);
    }
    return this.repaired(this.draw(rng), rng);
  }

  sampleUnlimited(rng: Rng): Architecture {
    return this.express(this.draw(rng));
  }

  sampleLatinHypercube(n: number, rng: Rng, repair: HypercubeRepair = 'shrink'): HypercubeSample {
    let repaired = 0;
    const architectures = latinHypercube(n, this.family.geneNames.length, rng).map((point) => {
      const genes = this.atPoint(point);
      if (this.genesWithinLimits(genes)) return this.express(genes);
      repaired++;
      return repair === 'redraw' ? this.sample(rng) : this.repaired(genes, rng);
    });
    return { architectures, repairedShare: n === 0 ? 0 : repaired / n };
  }

  mutate(a: Architecture, rng: Rng, kind?: MutationKind): Architecture {
    const parent = this.read(a);
    for (let draw = 0; draw < CHILD_DRAWS; draw++) {
      const child = this.family.drawMutation(parent, kind ?? drawKind(rng), rng);
      if (child !== undefined && this.genesWithinLimits(child)) return this.express(child);
    }
    const others = this.family.neighbours(parent).filter((genes) => this.genesWithinLimits(genes));
    return others.length > 0 ? this.express(rng.pick(others)) : this.sampleOtherThan(a, rng);
  }

  neighbours(a: Architecture): Architecture[] {
    return this.family.neighbours(this.read(a)).map((genes) => this.express(genes));
  }

  crossover(a: Architecture, b: Architecture, rng: Rng): Architecture {
    const parents = [this.read(a), this.read(b)] as const;
    let child = this.mix(parents, rng);
    for (let draw = 1; draw < CHILD_DRAWS && !this.genesWithinLimits(child); draw++) child = this.mix(parents, rng);
    return this.repaired(child, rng);
  }

  validate(a: Architecture): void {
    if (a.space !== this.name && nameInFile(a.space) !== this.name) {
      fail('ARCHITECTURE_INVALID', 'The architecture belongs to another search space.', {
        path: 'space',
        found: JSON.stringify(a.space),
        accepted: JSON.stringify(this.name),
      });
    }
    this.rejectUnknownGenes(a);
    const genes = this.read(a);
    for (const [index, gene] of this.family.geneNames.entries()) this.validateGene(genes, index, gene, a.params[gene]);
  }

  withinLimits(a: Architecture): boolean {
    return meetsLimits(this.counts(a), this.limits);
  }

  canonical(a: Architecture): Architecture {
    return this.express(this.read(a));
  }

  hash(a: Architecture): string {
    return contentHash(this.canonical(a));
  }

  encode(a: Architecture): Float32Array {
    const out = new Float32Array(this.family.baseFeatures.length);
    this.family.encode(this.read(a), out);
    return out;
  }

  encodeExtended(a: Architecture): Float32Array {
    const out = new Float32Array(this.family.extendedFeatures.length);
    this.family.encodeExtended(this.read(a), this.tile, out);
    return out;
  }

  featureNames(kind: EncodingKind): readonly string[] {
    return kind === 'base' ? this.family.baseFeatures : this.family.extendedFeatures;
  }

  build(a: Architecture): NetworkGraph {
    this.validate(a);
    return this.family.build(this.read(a), `${this.name}-${this.hash(a)}`);
  }

  size(): bigint {
    return this.family.size();
  }

  counts(a: Architecture): ArchitectureCounts {
    return this.family.counts(this.read(a), this.tile);
  }

  expressBaseline(name: string): Architecture | undefined {
    const genes = this.family.expressBaseline(name);
    return genes === undefined ? undefined : this.express(genes);
  }

  /** Fills a survey; see {@link surveyArchitectures}. */
  surveyInto(architectures: readonly Architecture[], { features, parameters, macs, cores, within }: Survey): void {
    this.surveyor ??= this.family.surveyor(this.tile);
    const { geneNames } = this.family;
    const width = this.family.extendedFeatures.length;
    const counts = { parameters: 0, macs: 0, cores: 0 };
    const genes = new Int32Array(geneNames.length);
    for (let i = 0; i < architectures.length; i++) {
      const { params } = architectures[i]!;
      // genes that are switched off are absent or 0
      for (let gene = 0; gene < genes.length; gene++) genes[gene] = params[geneNames[gene]!] ?? 0;
      this.surveyor(genes, 0, features, i * width, counts);
      parameters[i] = counts.parameters;
      macs[i] = counts.macs;
      cores[i] = counts.cores;
      within[i] = meetsLimits(counts, this.limits) ? 1 : 0;
    }
  }

  weightPosition(a: Architecture, node: string): string {
    return this.family.weightPosition(this.read(a), node);
  }

  /** Each gene uniform over its values, the inactive ones 0. */
  private draw(rng: Rng): Genes {
    const { geneNames, geneValues } = this.family;
    const genes = new Int32Array(geneNames.length);
    for (let i = 0; i < genes.length; i++) {
      if (this.family.isActive(genes, i)) genes[i] = rng.pick(geneValues[i]!);
    }
    return genes;
  }

  /** The genes at a point of the unit cube: each axis is cut into one equal part per value. */
  private atPoint(point: Float64Array): Genes {
    const genes = new Int32Array(point.length);
    for (let i = 0; i < genes.length; i++) {
      const values = this.family.geneValues[i]!;
      if (this.family.isActive(genes, i)) genes[i] = values[Math.floor(point[i]! * values.length)]!;
    }
    return genes;
  }

  /** Each gene from either parent; where only one parent has it, from that one. */
  private mix([a, b]: readonly [Genes, Genes], rng: Rng): Genes {
    const child = new Int32Array(a.length);
    for (let i = 0; i < child.length; i++) {
      const [first, second] = rng.chance(0.5) ? [a, b] : [b, a];
      if (this.family.isActive(child, i)) child[i] = this.family.isActive(first, i) ? first[i]! : second[i]!;
    }
    return child;
  }

  /** Shrinks genes until they meet the limits. @throws LIMITS_UNREACHABLE when no architecture does */
  private repaired(genes: Genes, rng: Rng): Architecture {
    while (!this.genesWithinLimits(genes)) {
      if (!this.family.shrink(genes, rng)) return requireFeasible(this, rng);
    }
    return this.express(genes);
  }

  /** Some architecture within the limits that is not `a`. */
  private sampleOtherThan(a: Architecture, rng: Rng): Architecture {
    const hash = this.hash(a);
    for (let draw = 0; draw < CHILD_DRAWS; draw++) {
      const other = this.sample(rng);
      if (this.hash(other) !== hash) return other;
    }
    return fail('LIMITS_UNREACHABLE', `The limits leave a single architecture of the space "${this.name}".`, {
      path: 'limits',
      found: JSON.stringify(this.limits),
      hint: 'raise a limit, so that there is something to search',
    });
  }

  private genesWithinLimits(genes: Genes): boolean {
    return meetsLimits(this.family.counts(genes, this.tile), this.limits);
  }

  private read(a: Architecture): Genes {
    const { geneNames } = this.family;
    const genes = new Int32Array(geneNames.length);
    for (let i = 0; i < genes.length; i++) {
      if (this.family.isActive(genes, i)) genes[i] = a.params[geneNames[i]!] ?? 0;
    }
    return genes;
  }

  private express(genes: Genes): Architecture {
    const params: Record<string, number> = {};
    for (let i = 0; i < genes.length; i++) {
      if (this.family.isActive(genes, i)) params[this.family.geneNames[i]!] = genes[i]!;
    }
    return { space: this.name, params };
  }

  private rejectUnknownGenes(a: Architecture): void {
    const { geneNames } = this.family;
    const unknown = Object.keys(a.params).find((gene) => !geneNames.includes(gene));
    if (unknown === undefined) return;
    const guess = nearestWord(unknown, geneNames);
    fail(
      'ARCHITECTURE_INVALID',
      `Unknown gene "${unknown}".${guess === undefined ? '' : ` Did you mean "${guess}"?`}`,
      {
        path: `params.${unknown}`,
        found: JSON.stringify(a.params[unknown]),
        accepted: geneNames.join(', '),
      },
    );
  }

  private validateGene(genes: Genes, index: number, gene: string, found: number | undefined): void {
    const active = this.family.isActive(genes, index);
    const accepted = active ? this.family.geneValues[index]! : [0];
    if (active ? accepted.includes(found as number) : found === undefined || found === 0) return;
    const reason = active ? 'is not a value of this space' : 'is switched off by other genes';
    fail('ARCHITECTURE_INVALID', `The gene "${gene}" ${reason}.`, {
      path: `params.${gene}`,
      found: found === undefined ? 'nothing' : JSON.stringify(found),
      accepted: active ? listed(accepted) : 'nothing, or 0',
    });
  }
}

function drawKind(rng: Rng): MutationKind {
  let left = rng.uniform();
  for (const [kind, chance] of kindChances) {
    left -= chance;
    if (left < 0) return kind;
  }
  return 'other';
}

/** Values as a range where they are consecutive. */
function listed(values: readonly number[]): string {
  const [first, last] = [values[0]!, values.at(-1)!];
  return values.length > 2 && last - first === values.length - 1 ? `${first} to ${last}` : values.join(', ');
}
