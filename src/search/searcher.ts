import type { Architecture } from '../space/index.js';
import type { TrialPrediction } from '../store/index.js';
import { createSurrogate } from '../surrogate/index.js';
import { createRng } from '../tensor/index.js';
import { admitsOnChip } from './chip-limits.js';
import type { RunSetup } from './setup.js';
import { createStrategy } from './strategies/index.js';
import type { Strategy, ToldTrial } from './strategies/strategy.js';
import { SurrogateAdvisor, type SurrogateReport } from './surrogate-advisor.js';

/** An architecture to try, with what the surrogate expects of it. */
export interface Proposal {
  readonly architecture: Architecture;
  readonly predicted: TrialPrediction | null;
}

/** A strategy together with its surrogate. */
export interface Searcher {
  ask(n: number): Proposal[];
  tell(trials: readonly ToldTrial[]): void;
  /** The surrogate's last fit; null when none took part. */
  readonly report: SurrogateReport | null;
  /** What the strategy has to say about how it went. */
  readonly notes: readonly string[];
}

/**
 * Builds what a configuration asks for.
 *
 * @param onFit hears every fit of the surrogate
 */
export function createSearcher(setup: RunSetup, onFit: (report: SurrogateReport) => void): Searcher {
  const { config, space, chip } = setup;
  const rng = createRng(config.seed, 'search');
  const advisor = needsAdvisor(config)
    ? new SurrogateAdvisor(createSurrogate('xgboost', space), config.surrogate.after, rng.child('surrogate'), onFit)
    : undefined;
  const strategy = createStrategy(
    config.search.strategy,
    {
      space,
      admits: admitsOnChip(space, chip, config.limits),
      avmLimit: config.limits.avm,
      rng: rng.child('strategy'),
      ...(advisor !== undefined && { advisor }),
    },
    config.search,
  );
  return new AdvisedStrategy(strategy, advisor);
}

/** Whether a surrogate takes part: only evolution asks one. */
export function needsAdvisor({ search, surrogate }: RunSetup['config']): boolean {
  return search.strategy === 'evolution' && surrogate.kind !== 'none';
}

class AdvisedStrategy implements Searcher {
  constructor(
    private readonly strategy: Strategy,
    private readonly advisor: SurrogateAdvisor | undefined,
  ) {}

  ask(n: number): Proposal[] {
    const architectures = this.strategy.ask(n);
    const opinions = this.report === null ? [] : this.advisor!.score(architectures);
    return architectures.map((architecture, i) => ({ architecture, predicted: opinions[i] ?? null }));
  }

  tell(trials: readonly ToldTrial[]): void {
    this.strategy.tell(trials);
  }

  get report(): SurrogateReport | null {
    return this.advisor?.report ?? null;
  }

  get notes(): readonly string[] {
    return this.strategy.notes ?? [];
  }
}
