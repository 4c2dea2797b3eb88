import type { Phases } from './read-mode.js';

/** What a network may cost; absent members have no limit. */
export interface HardwareLimits {
  readonly parameters?: number;
  readonly cores?: number;
  /** Seconds of one inference. */
  readonly latencySeconds?: number;
  /** Joules of one inference. */
  readonly energyJoules?: number;
}

/** Limits with the chip and the read mode that they are meant for. */
export interface NamedLimits {
  readonly chip: string;
  readonly phases: Phases;
  readonly limits: Required<HardwareLimits>;
  /** Why these numbers. */
  readonly reasons: Readonly<Record<keyof HardwareLimits, string>>;
}

/** Limits by name; every number may be replaced. */
export const namedLimits: { readonly tinyml: NamedLimits } = {
  tinyml: {
    chip: 'hermes-64',
    phases: 1,
    limits: { parameters: 500_000, cores: 64, latencySeconds: 1e-3, energyJoules: 100e-6 },
    reasons: {
      parameters: 'the largest reference networks of TinyML benchmarks hold a few hundred thousand parameters',
      cores: 'one copy of every layer on one chip, nothing reprogrammed',
      latencySeconds: 'a thousand inferences per second: sensors and small cameras ask for no more',
      energyJoules: 'at ten inferences per second a coin cell of 2 kJ lasts three weeks',
    },
  },
};

/** One limit held against a value. */
export interface LimitCheck {
  readonly name: keyof HardwareLimits;
  readonly value: number;
  readonly limit: number;
  /** value / limit; above 1 it is broken. */
  readonly share: number;
}

/** Which limits a network keeps. */
export interface LimitReport {
  readonly ok: boolean;
  /** The limit that is nearest to breaking or broken most; null without limits. */
  readonly binding: LimitCheck | null;
  readonly checks: readonly LimitCheck[];
}

/** Holds a network's figures against limits and names the one that binds. */
export function checkLimits(figures: Required<HardwareLimits>, limits: HardwareLimits): LimitReport {
  const checks = (Object.keys(limits) as (keyof HardwareLimits)[]).flatMap((name) => {
    const limit = limits[name];
    return limit === undefined ? [] : [{ name, value: figures[name], limit, share: figures[name] / limit }];
  });
  const binding = checks.reduce<LimitCheck | null>(
    (worst, check) => (worst === null || check.share > worst.share ? check : worst),
    null,
  );
  return { ok: checks.every(({ share }) => share <= 1), binding, checks };
}
