import { fail, nearestWord } from '../config/index.js';
import type { Phases } from './read-mode.js';

/** What a network may cost; absent members have no limit. */
export interface HardwareLimits {
  readonly parameters?: number | undefined;
  /** Multiply-accumulates of one inference. */
  readonly macs?: number | undefined;
  readonly cores?: number | undefined;
  /** Seconds of one inference. */
  readonly latencySeconds?: number | undefined;
  /** Joules of one inference. */
  readonly energyJoules?: number | undefined;
}

/** Limits with the chip and the read mode that they are meant for. */
export interface NamedLimits {
  readonly chip: string;
  readonly phases: Phases;
  readonly limits: HardwareLimits;
  /** Why these numbers. */
  readonly reasons: Readonly<Partial<Record<keyof HardwareLimits, string>>>;
}

/** Limits by name; every number may be replaced. */
export const namedLimits: Readonly<Record<string, NamedLimits>> & { readonly tinyml: NamedLimits } = {
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

/** The short names that configs and flags use. */
export const limitKeys = {
  params: 'parameters',
  macs: 'macs',
  cores: 'cores',
  latency: 'latencySeconds',
  energy: 'energyJoules',
} as const satisfies Record<string, keyof HardwareLimits>;

/** Limits under their short names, as configs hold them. */
export type ShortLimits = { readonly [K in keyof typeof limitKeys]?: number | undefined };

/** Limits under their long names. */
export function longLimits(short: ShortLimits): HardwareLimits {
  const entries = Object.entries(limitKeys) as [keyof ShortLimits, keyof HardwareLimits][];
  return Object.fromEntries(entries.flatMap(([key, name]) => (short[key] === undefined ? [] : [[name, short[key]]])));
}

/** The limits of a name, under their short names. */
export function namedShortLimits(name: keyof typeof namedLimits): ShortLimits {
  const { limits } = namedLimits[name]!;
  const entries = Object.entries(limitKeys) as [keyof ShortLimits, keyof HardwareLimits][];
  return Object.fromEntries(
    entries.flatMap(([key, long]) => (limits[long] === undefined ? [] : [[key, limits[long]]])),
  );
}

/**
 * Reads limits as a flag holds them: a name, numbers, or a name and numbers that replace its own; `none` alone for none.
 *
 * @throws USAGE when a name is not known, a number is no number, or `none` does not stand alone
 * @example
 * parseLimits('tinyml,energy=2e-4'); // tinyml with 200 uJ
 */
export function parseLimits(text: string): HardwareLimits {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > 1 && parts.includes('none')) {
    fail('USAGE', 'There are no limits beside none.', {
      source: '--limits',
      found: text,
      accepted: 'none alone, or limits without it',
    });
  }
  return longLimits(Object.assign({}, ...parts.map((part) => (part.includes('=') ? one(part) : named(part)))));
}

function named(name: string): ShortLimits {
  if (name === 'none') return {};
  if (Object.hasOwn(namedLimits, name)) return namedShortLimits(name);
  const guess = nearestWord(name, Object.keys(namedLimits));
  return fail('USAGE', 'There are no limits of that name.', {
    source: '--limits',
    found: name,
    accepted: `${Object.keys(namedLimits).join(', ')}, none, or numbers such as energy=2e-4`,
    ...(guess !== undefined && { hint: guess }),
  });
}

function one(part: string): ShortLimits {
  const [key = ''] = part.split('=', 1);
  const text = part.slice(key.length + 1);
  const value = Number(text);
  if (Object.hasOwn(limitKeys, key) && text !== '' && value > 0 && Number.isFinite(value)) return { [key]: value };
  const guess = nearestWord(key, Object.keys(limitKeys));
  return fail('USAGE', 'This is not a limit.', {
    source: '--limits',
    found: part,
    accepted: `${Object.keys(limitKeys).join(', ')}, each with a number above 0 (latency in seconds, energy in joules)`,
    ...(guess !== undefined && guess !== key && { hint: `${guess}=${text}` }),
  });
}

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

/** Holds a network's figures against limits and names the one that binds. Figures that are unknown are not checked. */
export function checkLimits(figures: HardwareLimits, limits: HardwareLimits): LimitReport {
  const checks = (Object.keys(limits) as (keyof HardwareLimits)[]).flatMap((name) => {
    const limit = limits[name];
    const value = figures[name];
    return limit === undefined || value === undefined ? [] : [{ name, value, limit, share: value / limit }];
  });
  const binding = checks.reduce<LimitCheck | null>(
    (worst, check) => (worst === null || check.share > worst.share ? check : worst),
    null,
  );
  return { ok: checks.every(({ share }) => share <= 1), binding, checks };
}
