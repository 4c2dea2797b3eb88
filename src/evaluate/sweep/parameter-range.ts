import { parse } from 'yaml';
import { fail } from '../../config/index.js';
import { crossbarPath } from '../../crossbar/index.js';

/** A setting of the crossbar and the values it takes in a sweep. */
export interface ParameterRange {
  /** Dotted path in the crossbar's configuration. */
  readonly path: string;
  readonly values: readonly unknown[];
  /** The values are spread evenly on a logarithmic scale. */
  readonly logarithmic: boolean;
}

const accepted = 'path=value,value,... or path=from..to:count or path=from..to:count:log';

/** Most points of a sweep: each costs seconds at least, and the file of results is written after each. */
export const mostPoints = 10_000;

/**
 * Reads `forward.outNoise=0,0.04,0.1`, `forward.outNoise=0..0.2:5` (evenly spread, both ends included) or
 * `noiseModel.driftScale=0.1..10:5:log`. The values differ, and are at most {@link mostPoints}.
 *
 * @throws USAGE
 */
export function parseParameterRange(text: string): ParameterRange {
  const equals = text.indexOf('=');
  const [path, list] = [text.slice(0, Math.max(0, equals)).trim(), text.slice(equals + 1).trim()];
  if (path === '' || list === '') return refuse(text);
  const spread = /^(\S+?)\.\.(\S+?):(\d+)(:log)?$/.exec(list);
  if (spread === null) return distinct(text, { path, values: list.split(',').map(scalarOf), logarithmic: false });
  const [from, to, count] = [Number(spread[1]), Number(spread[2]), Number(spread[3])];
  const logarithmic = spread[4] !== undefined;
  const possible = Number.isFinite(from) && Number.isFinite(to) && count >= 2 && (!logarithmic || (from > 0 && to > 0));
  if (!possible) return refuse(text);
  if (count > mostPoints) return refusePoints(text);
  return distinct(text, { path, values: spreadValues(from, to, count, logarithmic), logarithmic });
}

/**
 * Refuses a sweep for its number of points.
 *
 * @throws USAGE
 */
export function refusePoints(found: string): never {
  return fail('USAGE', 'The sweep has too many points.', {
    source: '--param',
    found,
    accepted: `at most ${mostPoints} points: the product of the numbers of values`,
  });
}

function distinct(text: string, range: ParameterRange): ParameterRange {
  if (new Set(range.values).size === range.values.length) return { ...range, path: crossbarPath(range.path) };
  return fail('USAGE', 'A value stands twice among those of a parameter.', {
    source: '--param',
    found: text,
    accepted: 'values that differ',
  });
}

function refuse(found: string): never {
  return fail('USAGE', 'A parameter of a sweep is a setting and its values.', {
    source: '--param',
    found,
    accepted,
    hint: '--param forward.outNoise=0..0.2:5',
  });
}

function scalarOf(text: string): unknown {
  const value: unknown = parse(text);
  return value === undefined || (typeof value === 'object' && value !== null) ? refuse(text) : value;
}

/** Numbers with the digits a person would write: 0.15000000000000002 is 0.15. */
function spreadValues(from: number, to: number, count: number, logarithmic: boolean): number[] {
  return Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    const value = logarithmic ? from * (to / from) ** share : from + (to - from) * share;
    return Number(value.toPrecision(12));
  });
}
