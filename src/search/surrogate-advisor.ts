import type { Architecture } from '../space/index.js';
import type { Surrogate } from '../surrogate/index.js';
import type { Rng } from '../tensor/index.js';
import type { Advisor, Opinion, ToldTrial } from './strategies/strategy.js';

/** How well the surrogate ranks trials that it was not fitted on. */
export interface SurrogateReport {
  /** Trials it was fitted on. */
  readonly rows: number;
  /** Kendall's tau-b between predicted and measured order on held-out trials, -1..1; null while it cannot be told. */
  readonly heldOutKendallTau: number | null;
}

/** Lets a surrogate advise a strategy: fits it on the trials of this run, and on those only. */
export class SurrogateAdvisor implements Advisor {
  #report: SurrogateReport | null = null;

  /**
   * @param after successful trials from which on it may be asked
   * @param onFit hears every new fit
   */
  constructor(
    readonly surrogate: Surrogate,
    readonly after: number,
    private readonly rng: Rng,
    private readonly onFit: (report: SurrogateReport) => void = () => {},
  ) {}

  /** The last fit's report; null before the first. */
  get report(): SurrogateReport | null {
    return this.#report;
  }

  learn(trials: readonly ToldTrial[]): void {
    const rows = trials.flatMap(({ architecture, outcome }) => {
      return outcome === null
        ? []
        : [{ architecture, oneDayAccuracy: outcome.objective, avm: outcome.avm, std: outcome.std }];
    });
    const { heldOutKendallTau } = this.surrogate.fit(rows, this.rng.child(`fit/${rows.length}`));
    this.#report = { rows: rows.length, heldOutKendallTau: finiteOrNull(heldOutKendallTau) };
    this.onFit(this.#report);
  }

  score(architectures: readonly Architecture[]): Opinion[] {
    return architectures.length === 0 ? [] : this.surrogate.predict(architectures);
  }
}

function finiteOrNull(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}
