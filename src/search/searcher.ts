import type { Architecture } from '../space/index.js';
import type { TrialPrediction } from '../store/index.js';
import { createRng } from '../tensor/index.js';
import { admitsOnChip } from './chip-limits.js';
import type { RunSetup } from './setup.js';
import { createStrategy } from './strategies/index.js';
import type { Strategy, ToldTrial } from './strategies/strategy.js';
import { createAdvisor, type SurrogateAdvisor, type SurrogateReport } from './surrogate-advisor.js';

/** An architecture to try, with what the surrogate expects of it. */
export interface Proposal {
  readonly architecture: Architecture;
  readonly predicted: TrialPrediction | null;
}

/** A strategy together with its surrogate, as a configuration asks for them. */
export class Searcher {
  readonly #strategy: Strategy;
  readonly #advisor: SurrogateAdvisor | undefined;

  /** @param onFit hears every fit of the surrogate */
  constructor({ config, space, chip }: RunSetup, onFit: (report: SurrogateReport) => void) {
    const rng = createRng(config.seed, 'search');
    this.#advisor = createAdvisor(config, space, rng.child('surrogate'), onFit);
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
    const architectures = this.#strategy.ask(n);
    const opinions = this.#advisor?.ready === true ? this.#advisor.score(architectures) : [];
    return architectures.map((architecture, i) => ({ architecture, predicted: opinions[i] ?? null }));
  }

  tell(trials: readonly ToldTrial[]): void {
    this.#strategy.tell(trials);
  }

  /** The surrogate's last fit; null when none took part. */
  get report(): SurrogateReport | null {
    return this.#advisor?.report ?? null;
  }

  /** What the strategy has to say about how it went. */
  get notes(): readonly string[] {
    return this.#strategy.notes ?? [];
  }

  /** Keeps the surrogate, if one was fitted, in a folder. */
  saveSurrogate(folder: string): void {
    this.#advisor?.save(folder);
  }

  dispose(): void {
    this.#advisor?.dispose();
  }
}
