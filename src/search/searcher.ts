import type { Architecture, SearchSpace } from '../space/index.js';
import type { TrialPrediction } from '../store/index.js';
import { createRng } from '../tensor/index.js';
import { admitsOnChip } from './chip-limits.js';
import type { RunSetup } from './setup.js';
import { createStrategy } from './strategies/index.js';
import type { Opinion, Strategy, ToldTrial } from './strategies/strategy.js';
import { createAdvisor, type SurrogateAdvisor, type SurrogateReport } from './surrogate-advisor.js';

/** An architecture to try, with what the surrogate expects of it. */
export interface Proposal {
  readonly architecture: Architecture;
  readonly predicted: TrialPrediction | null;
  /** Rung of the fidelity to measure it at; full fidelity if absent. */
  readonly rung?: number;
}

/** A strategy together with its surrogate, as a configuration asks for them. */
export class Searcher {
  readonly #strategy: Strategy;
  readonly #advisor: SurrogateAdvisor | undefined;
  readonly #space: SearchSpace;
  /** Architectures that are not the strategy's and come before its own. */
  readonly #queue: Architecture[];
  /** Hashes of architectures that the strategy need not propose, because others did. */
  readonly #known: Set<string>;

  /**
   * @param first architectures to propose before the strategy is asked, each once
   * @param measured architectures whose results will be told without being proposed
   * @param onFit hears every fit of the surrogate
   */
  constructor(
    { config, space, chip }: RunSetup,
    { first, measured }: { first: readonly Architecture[]; measured: readonly Architecture[] },
    onFit: (report: SurrogateReport) => void,
  ) {
    this.#space = space;
    const told = new Set(measured.map((architecture) => space.hash(architecture)));
    const queue = new Map(first.map((architecture) => [space.hash(architecture), architecture]));
    for (const hash of told) queue.delete(hash);
    this.#queue = [...queue.values()];
    this.#known = new Set([...told, ...queue.keys()]);
    const rng = createRng(config.seed, 'search');
    this.#advisor = createAdvisor(config, space, chip, rng.child('surrogate'), onFit);
    const context = {
      space,
      admits: admitsOnChip(space, chip, config.limits),
      avmLimit: config.limits.avm,
      rng: rng.child('strategy'),
      ...(this.#advisor !== undefined && { advisor: this.#advisor }),
    };
    this.#strategy = createStrategy(config.search.strategy, context, config.search);
  }

  ask(n: number): Proposal[] {
    const queued = this.#queue.splice(0, n);
    const architectures = [...queued, ...this.#novel(n - queued.length)];
    const opinions = this.#advisor?.ready === true ? this.#advisor.score(architectures) : [];
    return architectures.map((architecture, i) => ({ architecture, predicted: recorded(opinions[i]) }));
  }

  /** Proposals of the strategy, without those that somebody else has made. */
  #novel(n: number): Architecture[] {
    const novel: Architecture[] = [];
    while (novel.length < n) {
      const proposed = this.#strategy.ask(n - novel.length);
      if (proposed.length === 0) break;
      novel.push(...proposed.filter((architecture) => !this.#known.has(this.#space.hash(architecture))));
    }
    return novel;
  }

  tell(trials: readonly ToldTrial[]): void {
    this.#strategy.tell(trials);
  }

  /** The surrogate's last fit; null when none took part. */
  get report(): SurrogateReport | null {
    return this.#advisor?.report ?? null;
  }

  /** What the surrogate says of where it comes from, and the strategy of how it went. */
  get notes(): readonly string[] {
    return [...(this.#advisor?.notes ?? []), ...(this.#strategy.notes ?? [])];
  }

  /** Keeps the surrogate, if one was fitted, in a folder. */
  saveSurrogate(folder: string): void {
    this.#advisor?.save(folder);
  }

  dispose(): void {
    this.#advisor?.dispose();
  }
}

/** What the journal keeps of an opinion. */
function recorded(opinion: Opinion | undefined): TrialPrediction | null {
  if (opinion === undefined) return null;
  const { score, avm, std, inRange } = opinion;
  return { score, avm, std, inRange };
}
