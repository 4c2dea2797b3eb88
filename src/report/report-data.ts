import type { NetworkGraph } from '../nn/index.js';

/** Accuracy at one time after programming, over repeated programmings. */
export interface ReportDriftPoint {
  /** Seconds since programming. */
  readonly seconds: number;
  /** Mean accuracy, 0..1. */
  readonly mean: number;
  /** Standard deviation over the repeats (n-1), 0..1. */
  readonly std: number;
  readonly repeats: number;
}

/** What a network needs on the chip. */
export interface ReportChipFigures {
  readonly cores: number;
  /** 0..1. */
  readonly utilisation: number;
  /** Null where the chip's description gives no timing. */
  readonly latencySeconds: number | null;
  /** Null where the chip's description gives no energy. */
  readonly energyJoules: number | null;
  readonly fits: boolean;
}

/** The limit of a run that a network is nearest to breaking, or breaks most. */
export interface BindingLimit {
  /** As in the configuration: `params`, `macs`, `cores`, `latency`, `energy`, `avm`. */
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  /** value / limit; above 1 the limit is broken. */
  readonly share: number;
}

/** A network of the final table, measured on the test images. */
export interface ReportNetwork {
  readonly role: 'found' | 'baseline';
  /** Place among the found ones, from 1; 0 for a baseline. */
  readonly rank: number;
  readonly name: string;
  /** Accuracy before it went onto crossbars, 0..1. */
  readonly digitalAccuracy: number;
  /** Ascending in time. */
  readonly drift: readonly ReportDriftPoint[];
  /** Accuracy variation, which is over one month where the last time is 30 days: first less last mean. */
  readonly avm: number;
  readonly parameters: number;
  readonly macs: number;
  readonly chip: ReportChipFigures;
  /** The limit of the run that binds; null or absent where there are none. */
  readonly binding?: BindingLimit | null;
}

/** A trial of the search, measured on the validation images. */
export interface ReportTrial {
  readonly number: number;
  /** Batch in which it was proposed, from 0. */
  readonly round: number;
  readonly name: string;
  /** Null exactly when the trial failed. */
  readonly measured: Omit<ReportNetwork, 'role' | 'rank' | 'name'> | null;
  /** Why it failed, else null. */
  readonly reason: string | null;
  /** Rung of its fidelity, from 0; absent where all trials have full fidelity. */
  readonly rung?: number;
  /** Whether it lost more accuracy over time than `limits.avm` allows; it did not if absent. */
  readonly beyondVariation?: boolean;
}

/** A ready-made picture, for example the floor plan of the chip. */
export interface ReportPicture {
  readonly title: string;
  readonly caption: string;
  /** A whole `<svg>` element. It is put into the page as it is. */
  readonly svg: string;
  /** Rows for the download beside the picture. */
  readonly data?: readonly Readonly<Record<string, string | number | boolean | null>>[];
}

/** How much the genes of a space mattered for one objective. */
export interface ReportImportance {
  readonly objective: string;
  readonly trials: number;
  /** Share of the variance that was predicted on trials not seen; at or below 0 nothing is known. */
  readonly heldOutR2: number;
  /** Share of the variance that only several genes together explain. */
  readonly together: number;
  /** The most important first. */
  readonly genes: readonly {
    readonly gene: string;
    readonly share: number;
    readonly std: number;
    readonly chance: number;
    readonly best: { readonly value: string; readonly mean: number } | null;
  }[];
}

/** The Pareto front of a search for several objectives. */
export interface ReportFront {
  /** Name, title and direction of each objective. */
  readonly objectives: readonly { readonly name: string; readonly title: string; readonly goal: 'max' | 'min' }[];
  /** From the best in the first objective to the worst; values by objective. */
  readonly members: readonly {
    readonly number: number;
    readonly name: string;
    readonly values: Readonly<Record<string, number>>;
  }[];
  readonly hypervolume: {
    readonly reference: Readonly<Record<string, number>>;
    /** Share of the box between reference and ideal point, 0..1, after each trial. */
    readonly history: readonly number[];
  };
}

/** Everything the report of a run shows. Plain data: the report asks nobody else. */
export interface ReportData {
  readonly id: string;
  readonly state: 'running' | 'stopped' | 'finished' | 'failed';
  readonly task: string;
  readonly space: string;
  readonly chip: string;
  readonly crossbar: string;
  readonly seed: number;
  /** ISO 8601; shown only. */
  readonly createdAt: string;
  /** Working time, seconds. */
  readonly elapsedSeconds: number;
  /** What must stand beside every result, for example where the images come from. */
  readonly notes: readonly string[];
  /** Found networks by rank, then baselines; empty until the run has its final table. */
  readonly networks: readonly ReportNetwork[];
  /** Trials of the search in their order. */
  readonly trials: readonly ReportTrial[];
  /** Number of the trial that the run itself ranks first; absent where that is not known. */
  readonly bestTrial?: number | undefined;
  /** Null where the search had one objective. */
  readonly front: ReportFront | null;
  /** The best network, to be drawn; null when there is none. */
  readonly bestGraph: NetworkGraph | null;
  /** Whether what the arrays of the chip take for the best network is assumed; else it is published. */
  readonly arraysAssumed?: boolean | undefined;
  /** Further pictures in the chip's section. */
  readonly pictures: readonly ReportPicture[];
  /** One entry per objective; absent or empty where the trials tell nothing. */
  readonly importance?: readonly ReportImportance[];
  /** Facts on the surrogate's last fit, by name; empty when none took part. */
  readonly surrogate: Readonly<Record<string, string | number>>;
  /** The complete configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly program: { readonly name: string; readonly version: string };
  /** Machine and libraries. */
  readonly environment: Readonly<Record<string, string>>;
}
