import type { Architecture, SearchSpace } from '../space/index.js';
import { createSurrogate, type Surrogate } from '../surrogate/index.js';
import type { Rng } from '../tensor/index.js';
import type { SearchConfig } from './config.js';
import type { Advisor, Opinion, ToldTrial } from './strategies/strategy.js';

/** How well the surrogate ranks trials that it was not fitted on. */
export interface SurrogateReport {
  /** Trials it was fitted on. */
  readonly rows: number;
  /** Kendall's tau-b between predicted and measured order on held-out trials, -1..1; null while it cannot be told. */
  readonly heldOutKendallTau: number | null;
}

/** Options of {@link SurrogateAdvisor}. */
export interface AdvisorOptions {
  /** Successful trials of this run from which on it is fitted on them. */
  readonly after: number;
  /** Folder of a surrogate to ask until then; without one, nobody is asked before. */
  readonly warmStart?: string | undefined;
  readonly rng: Rng;
  /** Hears every new fit. */
  readonly onFit?: (report: SurrogateReport) => void;
}

/** Lets a surrogate advise a strategy: fits it on the trials of this run as they arrive. */
export class SurrogateAdvisor implements Advisor {
  readonly after: number;
  #report: SurrogateReport | null = null;

  /** @throws SURROGATE_INVALID when the surrogate to begin with is damaged or was fitted on another space */
  constructor(
    private readonly surrogate: Surrogate,
    private readonly options: AdvisorOptions,
  ) {
    if (options.warmStart !== undefined) surrogate.load(options.warmStart);
    this.after = options.warmStart === undefined ? options.after : 0;
  }

  /** The last fit's report; null before the first. */
  get report(): SurrogateReport | null {
    return this.#report;
  }

  /** Whether it can be asked. */
  get ready(): boolean {
    return this.#report !== null || this.options.warmStart !== undefined;
  }

  learn(trials: readonly ToldTrial[]): void {
    const { after, rng, onFit } = this.options;
    const rows = trials.flatMap(({ architecture, outcome }) => {
      if (outcome === null) return [];
      return [{ architecture, oneDayAccuracy: outcome.objective, avm: outcome.avm, std: outcome.std }];
    });
    if (rows.length < after) return;
    const { heldOutKendallTau } = this.surrogate.fit(rows, rng.child(`fit/${rows.length}`));
    this.#report = { rows: rows.length, heldOutKendallTau };
    onFit?.(this.#report);
  }

  score(architectures: readonly Architecture[]): Opinion[] {
    return architectures.length === 0 ? [] : this.surrogate.predict(architectures);
  }

  /** Keeps the last fit in a folder, for other runs to begin with. */
  save(folder: string): void {
    if (this.#report !== null) this.surrogate.save(folder);
  }

  dispose(): void {
    this.surrogate.dispose();
  }
}

/**
 * The surrogate that a configuration asks for, or undefined: only evolution asks one.
 *
 * @throws SURROGATE_UNAVAILABLE, SURROGATE_INVALID
 */
export function createAdvisor(
  { search, surrogate }: Pick<SearchConfig, 'search' | 'surrogate'>,
  space: SearchSpace,
  rng: Rng,
  onFit?: (report: SurrogateReport) => void,
): SurrogateAdvisor | undefined {
  if (search.strategy !== 'evolution' || surrogate.kind === 'none') return undefined;
  const { kind, after, warmStart } = surrogate;
  return new SurrogateAdvisor(createSurrogate(kind, space), { after, warmStart, rng, ...(onFit && { onFit }) });
}
