import type { Architecture, SearchSpace } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';

interface FillOptions {
  readonly unwanted?: Candidates;
  readonly patience?: number;
}

const hashes = new WeakMap<Architecture, string>();

/** The canonical hash of an architecture, computed once per object: searches ask for it again and again. */
export function hashOf(space: SearchSpace, architecture: Architecture): string {
  const known = hashes.get(architecture);
  if (known !== undefined) return known;
  const hash = space.hash(architecture);
  hashes.set(architecture, hash);
  return hash;
}

/** A set of architectures within the limits, each once. */
export class Candidates {
  readonly #byHash = new Map<string, Architecture>();

  constructor(
    readonly space: SearchSpace,
    readonly admits: (architecture: Architecture) => boolean,
    architectures: readonly Architecture[] = [],
  ) {
    for (const architecture of architectures) this.add(architecture);
  }

  get size(): number {
    return this.#byHash.size;
  }

  /** The members in the order in which they came. */
  get all(): Architecture[] {
    return [...this.#byHash.values()];
  }

  has(architecture: Architecture): boolean {
    return this.#byHash.has(hashOf(this.space, architecture));
  }

  /** Adds an admitted architecture that is not yet a member; false otherwise. */
  add(architecture: Architecture): boolean {
    const hash = hashOf(this.space, architecture);
    if (this.#byHash.has(hash) || !this.admits(architecture)) return false;
    this.#byHash.set(hash, architecture);
    return true;
  }

  /**
   * Draws until the set has `size` members or `patience` draws in a row brought nothing new.
   *
   * @param unwanted architectures that are not to be added
   */
  fill(size: number, draw: () => Architecture, { unwanted, patience = 2000 }: FillOptions = {}): void {
    for (let misses = 0; this.size < size && misses < patience; misses++) {
      const architecture = draw();
      if (unwanted?.has(architecture) !== true && this.add(architecture)) misses = -1;
    }
  }
}

/** Up to `n` new architectures drawn uniformly within the limits. They are added to `asked`. */
export function drawNew(n: number, asked: Candidates, rng: Rng): Architecture[] {
  const fresh = new Candidates(asked.space, asked.admits);
  fresh.fill(n, () => asked.space.sample(rng), { unwanted: asked });
  for (const architecture of fresh.all) asked.add(architecture);
  return fresh.all;
}
