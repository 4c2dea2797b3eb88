import { type CrossbarConfig, resolveCrossbar } from '../../crossbar/index.js';
import type { NetworkGraph } from '../../nn/index.js';
import { type Architecture, crossbarFor, type SearchSpace } from '../../space/index.js';
import { activationCodes } from './activation-codes.js';
import { crossbarSnr } from './crossbar-snr.js';
import { noiseSensitivity } from './noise-sensitivity.js';
import { synflow } from './synflow.js';

export { activationCodes, crossbarSnr, noiseSensitivity, synflow };

/** Features of a network that nobody has trained. All but `crossbarSnr` build it: some ten milliseconds to a second each. */
export const zeroCostNames = ['synflow', 'activationCodes', 'noiseSensitivity', 'crossbarSnr'] as const;

export type ZeroCostName = (typeof zeroCostNames)[number];

/** Fresh weights and inputs of every network come from this seed, so that an architecture has one value. */
const SEED = 0;

const measures: Record<ZeroCostName, (graph: NetworkGraph, crossbar: CrossbarConfig) => number> = {
  synflow: (graph) => synflow(graph, SEED),
  activationCodes: (graph) => activationCodes(graph, SEED),
  noiseSensitivity: (graph) => noiseSensitivity(graph, SEED),
  crossbarSnr,
};

/** Zero-cost features of architectures, each worked out once. Needs a tensor backend in use. */
export class ZeroCostFeatures {
  readonly #known = new Map<string, Float32Array>();

  /**
   * @param crossbar what `crossbarSnr` is computed for, changed by what an architecture of a joint space chooses; the default
   *   crossbar if absent
   */
  constructor(
    private readonly space: SearchSpace,
    readonly names: readonly ZeroCostName[],
    private readonly crossbar: CrossbarConfig = resolveCrossbar('pcm-8bit-256'),
  ) {}

  /** One value per name. */
  of(architecture: Architecture): Float32Array {
    const hash = this.space.hash(architecture);
    const known = this.#known.get(hash);
    if (known !== undefined) return known;
    const graph = this.space.build(architecture);
    const crossbar = crossbarFor(this.crossbar, architecture);
    const values = Float32Array.from(this.names, (name) => measures[name](graph, crossbar));
    this.#known.set(hash, values);
    return values;
  }
}
