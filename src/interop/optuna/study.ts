/** Values that an attribute may have. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | readonly AttributeValue[]
  | { [key: string]: AttributeValue };

/** What values a parameter may have. */
export type Distribution =
  /** Whole numbers from `low` to `high`, both included, `step` apart. */
  | { readonly kind: 'int'; readonly low: number; readonly high: number; readonly step: number }
  /** One of some things without an order. */
  | { readonly kind: 'choice'; readonly choices: readonly (string | number)[] };

/** One parameter of a trial. */
export interface StudyParameter {
  readonly name: string;
  readonly value: string | number;
  readonly distribution: Distribution;
}

/** One trial of a study. */
export interface StudyTrial {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** One per objective; null where the trial failed. */
  readonly values: readonly number[] | null;
  readonly parameters: readonly StudyParameter[];
  /** What Optuna's dashboard lists beside a trial. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** How far each hard limit is exceeded; at most 0 where it is met. */
  readonly constraints: readonly number[];
}

/** A search as other optimisers see it: parameters in, objectives out. */
export interface Study {
  readonly name: string;
  readonly objectives: readonly { readonly name: string; readonly goal: 'max' | 'min' }[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly trials: readonly StudyTrial[];
}
