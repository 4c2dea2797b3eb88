import type { NetworkGraph } from '../nn/index.js';
import type { Rng } from '../tensor/index.js';
import type {
  Architecture,
  ArchitectureCounts,
  EncodingKind,
  HypercubeSample,
  MutationKind,
  SearchSpace,
  SpaceLimits,
} from './search-space.js';

/** Proposals of the whole space that are looked at before a listed one is taken at random. */
const REDRAWS = 30;

/**
 * The part of a search space that a list names, for example the architectures of a table: a proposal outside is drawn
 * again. Equal architectures are one object here, so that whatever is computed of one is computed once.
 *
 * @throws RangeError when no listed architecture meets the space's limits
 */
export function listedSpace(space: SearchSpace, architectures: readonly Architecture[]): SearchSpace {
  return new ListedSpace(space, architectures);
}

class ListedSpace implements SearchSpace {
  readonly #space: SearchSpace;
  readonly #byKey = new Map<string, Architecture>();
  readonly #members: readonly Architecture[];
  readonly #hashes = new Map<Architecture, string>();
  readonly #encodings = {
    base: new Map<Architecture, Float32Array>(),
    extended: new Map<Architecture, Float32Array>(),
  };
  readonly #counts = new Map<Architecture, ArchitectureCounts>();
  readonly #neighbours = new Map<Architecture, readonly Architecture[]>();

  constructor(space: SearchSpace, architectures: readonly Architecture[]) {
    this.#space = space;
    for (const architecture of architectures) {
      const member = space.canonical(architecture);
      if (space.withinLimits(member) && !this.#byKey.has(keyOf(member))) this.#byKey.set(keyOf(member), member);
    }
    this.#members = [...this.#byKey.values()];
    if (this.#members.length === 0) throw new RangeError('no listed architecture meets the limits of the space');
  }

  get name() {
    return this.#space.name;
  }
  get task() {
    return this.#space.task;
  }
  get limits() {
    return this.#space.limits;
  }
  get tile() {
    return this.#space.tile;
  }
  get geneNames() {
    return this.#space.geneNames;
  }
  get genes() {
    return this.#space.genes;
  }

  withLimits(limits: SpaceLimits): SearchSpace {
    return new ListedSpace(this.#space.withLimits(limits), this.#members);
  }

  sample(rng: Rng): Architecture {
    return rng.pick(this.#members);
  }

  sampleUnlimited(rng: Rng): Architecture {
    return rng.pick(this.#members);
  }

  /** The points of the whole space's hypercube; one that is not listed is drawn again, and counted as repaired. */
  sampleLatinHypercube(n: number, rng: Rng): HypercubeSample {
    let redrawn = 0;
    const { architectures } = this.#space.sampleLatinHypercube(n, rng);
    const members = architectures.map((point) => {
      const member = this.#listed(point);
      if (member === undefined) redrawn++;
      return member ?? this.sample(rng);
    });
    return { architectures: members, repairedShare: n === 0 ? 0 : redrawn / n };
  }

  mutate(a: Architecture, rng: Rng, kind?: MutationKind): Architecture {
    const own = this.#listed(a);
    for (let draw = 0; draw < REDRAWS; draw++) {
      const child = this.#listed(this.#space.mutate(a, rng, kind));
      if (child !== undefined && child !== own) return child;
    }
    const others = this.neighbours(a);
    return others.length > 0 ? rng.pick(others) : this.sample(rng);
  }

  neighbours(a: Architecture): Architecture[] {
    const own = this.#listed(a) ?? a;
    let known = this.#neighbours.get(own);
    if (known === undefined) {
      known = this.#space.neighbours(a).flatMap((neighbour) => this.#listed(neighbour) ?? []);
      this.#neighbours.set(own, known);
    }
    return [...known];
  }

  crossover(a: Architecture, b: Architecture, rng: Rng): Architecture {
    for (let draw = 0; draw < REDRAWS; draw++) {
      const child = this.#listed(this.#space.crossover(a, b, rng));
      if (child !== undefined) return child;
    }
    return rng.chance(0.5) ? a : b;
  }

  validate(a: Architecture): void {
    this.#space.validate(a);
  }

  withinLimits(a: Architecture): boolean {
    return this.#listed(a) !== undefined;
  }

  canonical(a: Architecture): Architecture {
    const canonical = this.#space.canonical(a);
    return this.#listed(canonical) ?? canonical;
  }

  hash(a: Architecture): string {
    return this.#once(this.#hashes, a, (member) => this.#space.hash(member));
  }

  encode(a: Architecture): Float32Array {
    return this.#once(this.#encodings.base, a, (member) => this.#space.encode(member));
  }

  encodeExtended(a: Architecture): Float32Array {
    return this.#once(this.#encodings.extended, a, (member) => this.#space.encodeExtended(member));
  }

  counts(a: Architecture): ArchitectureCounts {
    return this.#once(this.#counts, a, (member) => this.#space.counts(member));
  }

  featureNames(kind: EncodingKind): readonly string[] {
    return this.#space.featureNames(kind);
  }

  build(a: Architecture): NetworkGraph {
    return this.#space.build(a);
  }

  size(): bigint {
    return BigInt(this.#members.length);
  }

  expressBaseline(name: string): Architecture | undefined {
    const nearest = this.#space.expressBaseline(name);
    return nearest === undefined ? undefined : this.#listed(nearest);
  }

  #listed(a: Architecture): Architecture | undefined {
    return this.#byKey.get(keyOf(a));
  }

  #once<T>(known: Map<Architecture, T>, a: Architecture, compute: (a: Architecture) => T): T {
    const member = this.#listed(a);
    if (member === undefined) return compute(a);
    let value = known.get(member);
    if (value === undefined) {
      value = compute(member);
      known.set(member, value);
    }
    return value;
  }
}

/**
 * Architectures that a space hands out name their genes in the space's order, and genes that others switch off not at
 * all: equal ones have equal keys.
 */
function keyOf({ params }: Architecture): string {
  let key = '';
  for (const gene in params) key += `${gene}=${params[gene]};`;
  return key;
}
