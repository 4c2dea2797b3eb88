import {
  type NetworkGraph,
  networkWeights,
  type WeightMap,
  type WeightSpec,
  type WeightValues,
} from '../../nn/index.js';
import type { Rng } from '../../tensor/index.js';
import { kernelNames } from '../../training/index.js';
import { eachRun, fitsInto, slice, union } from './slice.js';

/** A network that takes its weights from a supernet. */
export interface Subnet {
  readonly graph: NetworkGraph;
  /** Place in the supernet of each node whose place is not its id. */
  readonly positions: Readonly<Record<string, string>>;
}

/** One tensor of the supernet. */
interface Shared extends WeightValues {
  /** Momentum of the optimiser. */
  readonly velocity: Float32Array;
}

/** Weights for a network, with the share of its values that the supernet did not have. */
export interface Inherited {
  readonly weights: WeightMap;
  /** 0..1; these values are fresh. */
  readonly freshShare: number;
}

/** Name of a weight in the supernet. */
export function sharedName({ positions }: Subnet, name: string): string {
  const cut = name.lastIndexOf('/');
  const node = name.slice(0, cut);
  return `${positions[node] ?? node}${name.slice(cut)}`;
}

/** Names in the supernet of the weights of some networks that lie on crossbars as matrices. */
export function sharedKernels(subnets: readonly Subnet[]): ReadonlySet<string> {
  return new Set(subnets.flatMap((subnet) => [...kernelNames(subnet.graph)].map((name) => sharedName(subnet, name))));
}

/** Weights that batch norm keeps for itself: every network has its own. */
export function isStatistic(name: string): boolean {
  return /\/(movingMean|movingVariance)$/.test(name);
}

/**
 * The weights of a supernet: at each place one tensor as large as the largest there; a network takes the part of it
 * that it needs.
 */
export class SharedWeights {
  readonly #tensors: Map<string, Shared>;

  constructor(tensors: ReadonlyMap<string, Shared>) {
    this.#tensors = new Map(tensors);
  }

  /** Fresh weights for all of some networks. Each tensor draws from the stream that its name gives. */
  static for(subnets: readonly Subnet[], rng: Rng): SharedWeights {
    const specs = new Map<string, WeightSpec>();
    for (const subnet of subnets) {
      for (const spec of networkWeights(subnet.graph)) {
        if (isStatistic(spec.name)) continue;
        const name = sharedName(subnet, spec.name);
        const known = specs.get(name);
        specs.set(name, known === undefined ? spec : larger(known, spec));
      }
    }
    const tensors = [...specs].map(([name, spec]): [string, Shared] => {
      const data = freshValues(spec, rng.child(name));
      return [name, { shape: spec.shape, data, velocity: new Float32Array(data.length) }];
    });
    return new SharedWeights(new Map(tensors));
  }

  /** All tensors by name. */
  get tensors(): ReadonlyMap<string, Shared> {
    return this.#tensors;
  }

  /** Copies of the weights that a network needs; what the supernet lacks is drawn from `rng`. */
  inherit(subnet: Subnet, rng: Rng): Inherited {
    let [fresh, total] = [0, 0];
    const weights = networkWeights(subnet.graph).map((spec): [string, WeightValues] => {
      const shared = this.#tensors.get(sharedName(subnet, spec.name));
      const size = spec.shape.reduce((product, length) => product * length, 1);
      if (!isStatistic(spec.name)) total += size;
      if (shared !== undefined && fitsInto(shared.shape, spec.shape)) return [spec.name, slice(shared, spec.shape)];
      const values = { shape: spec.shape, data: freshValues(spec, rng.child(spec.name)) };
      if (!isStatistic(spec.name)) fresh += size - (shared === undefined ? 0 : fill(values, shared));
      return [spec.name, values];
    });
    return { weights: Object.fromEntries(weights), freshShare: total === 0 ? 0 : fresh / total };
  }
}

/** Copies what a shared tensor has into a tensor that reaches beyond it; the number of values copied. */
function fill({ shape, data }: WeightValues, shared: WeightValues): number {
  if (shape.length !== shared.shape.length) return 0;
  const common = shape.map((size, axis) => Math.min(size, shared.shape[axis]!));
  const part = slice(shared, common);
  eachRun(shape, common, (to, from, length) => data.set(part.data.subarray(from, from + length), to));
  return part.data.length;
}

function larger(a: WeightSpec, b: WeightSpec): WeightSpec {
  const shape = union(a.shape, b.shape);
  return a.init.kind === 'he' && b.init.kind === 'he' && b.init.fanIn > a.init.fanIn
    ? { ...b, shape }
    : { ...a, shape };
}

function freshValues({ shape, init }: WeightSpec, rng: Rng): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  switch (init.kind) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'he':
      return rng.fillNormal(values, 0, Math.sqrt(2 / init.fanIn));
    case 'glorot':
      return rng.fillNormal(values, 0, Math.sqrt(2 / (init.fanIn + init.fanOut)));
  }
}
