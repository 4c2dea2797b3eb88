import type { Architecture, SearchSpace } from '../../space/index.js';
import { paretoOrder } from '../pareto/order.js';
import { hashOf } from './candidates.js';
import { pointOf } from './memory.js';
import type { Advisor, Opinion } from './strategy.js';

/** Every architecture scored before one batch, each scored once. */
export class ScoredSet {
  readonly #byHash = new Map<string, { architecture: Architecture; opinion: Opinion }>();

  constructor(
    readonly space: SearchSpace,
    readonly advisor: Advisor,
  ) {}

  /** In the order of scoring. */
  get all(): Architecture[] {
    return [...this.#byHash.values()].map(({ architecture }) => architecture);
  }

  /**
   * Best first: those whose predicted variation meets the limit by score (of several objectives by front, in a front the
   * less crowded first), then the others by that variation.
   */
  rank(architectures: readonly Architecture[], avmLimit: number): Architecture[] {
    const points = this.opinions(architectures).map(({ score, objectives, avm }) =>
      pointOf({ objective: score, avm, ...(objectives !== undefined && { objectives }) }, avmLimit),
    );
    return paretoOrder(points).map((i) => architectures[i]!);
  }

  /** One opinion per architecture. */
  opinions(architectures: readonly Architecture[]): Opinion[] {
    const fresh = architectures.filter((architecture) => !this.#byHash.has(hashOf(this.space, architecture)));
    this.advisor.score(fresh).forEach((opinion, i) => {
      this.#byHash.set(hashOf(this.space, fresh[i]!), { architecture: fresh[i]!, opinion });
    });
    return architectures.map((architecture) => this.#byHash.get(hashOf(this.space, architecture))!.opinion);
  }
}
