import type { ReportDriftPoint } from './report-data.js';

/** A setting that a sweep varies. */
export interface SweepAxis {
  readonly path: string;
  readonly values: readonly unknown[];
  readonly logarithmic: boolean;
}

/** What the page of a sweep shows. */
export interface SweepData {
  /** The network. */
  readonly name: string;
  readonly crossbar: string;
  readonly digitalAccuracy: number;
  readonly images: number;
  readonly axes: readonly SweepAxis[];
  readonly points: readonly {
    /** Value of each axis, by its path. */
    readonly values: Readonly<Record<string, unknown>>;
    readonly analog: readonly ReportDriftPoint[];
  }[];
  readonly notes: readonly string[];
}
