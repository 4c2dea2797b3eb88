import type { Chip } from '../chip/index.js';
import { resolveCrossbar } from '../crossbar/index.js';
import type { Architecture, SearchSpace } from '../space/index.js';
import {
  createSurrogate,
  type LabelWarp,
  labelWarp,
  type Prediction,
  type Surrogate,
  toScores,
} from '../surrogate/index.js';
import type { Rng } from '../tensor/index.js';
import { type SearchConfig, surrogateKindOf } from './config.js';
import { objectiveList, scoredObjective } from './objective.js';
import { objectivePredictor } from './objective-prediction.js';
import { byRung, type Success } from './strategies/memory.js';
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
  /** With several objectives: which of them the surrogate learns, and all of them, each as a number to be maximised. */
  readonly several?: {
    readonly scored: number;
    readonly predict: (architecture: Architecture, prediction: Prediction) => readonly number[];
  };
  /** Hears every new fit. */
  readonly onFit?: (report: SurrogateReport) => void;
}

/** Lets a surrogate advise a strategy: fits it on the trials of this run as they arrive. */
export class SurrogateAdvisor implements Advisor {
  readonly after: number;
  readonly scored: number;
  /** What must be said beside what it advises: that the surrogate to begin with is one of other images or tiles. */
  readonly notes: readonly string[];
  #report: SurrogateReport | null = null;
  #warp: LabelWarp | undefined;

  /** @throws SURROGATE_INVALID when the surrogate to begin with is damaged or was fitted on another space */
  constructor(
    private readonly surrogate: Surrogate,
    private readonly options: AdvisorOptions,
  ) {
    this.notes = options.warmStart === undefined ? [] : surrogate.load(options.warmStart);
    this.after = options.warmStart === undefined ? options.after : 0;
    this.scored = options.several?.scored ?? 0;
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
    const successes = trials.filter((trial): trial is Success => trial.outcome !== null);
    if (successes.length < after) return;
    const rows = comparable(successes, after).map(({ architecture, outcome }) => {
      return { architecture, oneDayAccuracy: outcome.objective, avm: outcome.avm, std: outcome.std };
    });
    const { heldOutKendallTau } = this.surrogate.fit(rows, rng.child(`fit/${rows.length}`));
    this.#warp = labelWarp(Float64Array.from(rows, ({ oneDayAccuracy }) => oneDayAccuracy));
    this.#report = { rows: rows.length, heldOutKendallTau };
    onFit?.(this.#report);
  }

  score(architectures: readonly Architecture[]): Opinion[] {
    if (architectures.length === 0) return [];
    const { several } = this.options;
    return this.surrogate.predict(architectures).map((prediction, i) => {
      const believed = this.#inNormalScores(prediction);
      const objectives = several?.predict(architectures[i]!, prediction).map((value, place) => {
        return place === several.scored ? believed.mean : value;
      });
      return { ...prediction, ...believed, ...(objectives !== undefined && { objectives }) };
    });
  }

  /**
   * Mean and deviation in normal scores of what was fitted on; before the first fit as they are. Accuracies are crowded
   * at the top with a long tail of failures: in their own unit, a bad candidate that is hardly known would promise more
   * than a good one.
   */
  #inNormalScores({ mean, deviation }: Prediction): { mean: number; deviation: number } {
    if (this.#warp === undefined) return { mean, deviation };
    const [low, middle, high] = toScores(this.#warp, Float64Array.of(mean - deviation, mean, mean + deviation));
    return { mean: middle!, deviation: (high! - low!) / 2 };
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
 * Trials of one fidelity, which alone can be learnt from together: the highest rung that has enough of them, as in BOHB
 * (Falkner, Klein and Hutter 2018), or the one that has most.
 */
function comparable(successes: readonly Success[], enough: number): readonly Success[] {
  const rungs = byRung(successes);
  return (
    rungs.find((rung) => rung.length >= Math.max(2, enough)) ??
    rungs.reduce((most, rung) => (rung.length > most.length ? rung : most))
  );
}

/**
 * The surrogate that a configuration asks for, or undefined where none takes part.
 *
 * @throws SURROGATE_UNAVAILABLE, SURROGATE_INVALID, CONFIG_INVALID, CROSSBAR_INVALID
 */
export function createAdvisor(
  config: Pick<SearchConfig, 'search' | 'surrogate' | 'objective' | 'crossbar'>,
  space: SearchSpace,
  chip: Chip,
  rng: Rng,
  onFit?: (report: SurrogateReport) => void,
): SurrogateAdvisor | undefined {
  const kind = surrogateKindOf(config);
  if (kind === null) return undefined;
  const { after, warmStart, zeroCost } = config.surrogate;
  const list = objectiveList(config.objective);
  const crossbar = resolveCrossbar(config.crossbar, 'crossbar');
  const objective = list[scoredObjective(list)]!;
  return new SurrogateAdvisor(createSurrogate(kind, space, { zeroCost, crossbar, objective }), {
    after,
    warmStart,
    rng,
    ...(list.length > 1 && {
      several: { scored: scoredObjective(list), predict: objectivePredictor(list, space, chip) },
    }),
    ...(onFit && { onFit }),
  });
}
