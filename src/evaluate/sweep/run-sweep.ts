import { contentHash, fail } from '../../config/index.js';
import { type CrossbarConfig, checkSupported, crossbarWith } from '../../crossbar/index.js';
import { fingerprintOf } from '../../data/index.js';
import { createRng } from '../../tensor/index.js';
import { type DriftAccuracy, driftAccuracy } from '../../training/index.js';
import type { PreparedNetwork } from '../prepare-network.js';
import { programFingerprint } from '../program-fingerprint.js';
import { withQuantisers } from '../with-quantisers.js';
import { mostPoints, type ParameterRange, refusePoints } from './parameter-range.js';

/** The settings of one point of a sweep, and the crossbar they make. */
export interface SweepPoint {
  /** Value of each parameter, by its path. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly crossbar: CrossbarConfig;
}

/** A measured point. */
export interface SweepResult {
  readonly values: Readonly<Record<string, unknown>>;
  /** Stands for everything that determines the result. */
  readonly key: string;
  readonly analog: readonly DriftAccuracy[];
}

/**
 * Every combination of the parameters' values, the last parameter fastest. All of them are checked.
 *
 * @throws USAGE when a parameter stands twice or there are more than {@link mostPoints}; CROSSBAR_INVALID or
 *   CROSSBAR_UNSUPPORTED naming the combination that is wrong
 */
export function sweepPoints(presetOrFile: string, parameters: readonly ParameterRange[]): SweepPoint[] {
  requireDistinct(parameters);
  const count = parameters.reduce((product, { values }) => product * values.length, 1);
  if (count > mostPoints) refusePoints(`${count} points`);
  const combinations = parameters.reduce<Record<string, unknown>[]>(
    (points, { path, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [path]: value }))),
    [{}],
  );
  return combinations.map((values) => {
    const source = Object.entries(values)
      .map(([path, value]) => `--param ${path}=${value}`)
      .join(' ');
    const crossbar = crossbarWith(presetOrFile, values, source);
    checkSupported(crossbar, source);
    return { values, crossbar };
  });
}

/** The later of two lists would replace the earlier one in every point. */
function requireDistinct(parameters: readonly ParameterRange[]): void {
  const paths = parameters.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice === undefined) return;
  fail('USAGE', 'A parameter of the sweep is given twice.', {
    source: '--param',
    found: `${twice} twice`,
    accepted: 'every setting once, with all its values',
  });
}

/** How a sweep is run. */
export interface SweepOptions {
  readonly times: readonly number[];
  readonly repeats: number;
  readonly seed: number;
  /** Name of the backend in use: part of what determines a result. */
  readonly backend: string;
  /** Results of an earlier run; those that still apply are taken over. */
  readonly known: readonly SweepResult[];
  readonly signal?: AbortSignal | undefined;
  /** Called with all results so far after each point, so that they can be kept. */
  readonly onPoint: (results: readonly SweepResult[], measured: boolean) => void;
}

/**
 * Measures a network at every point. Each point draws the same random numbers, so that differences between points are
 * differences between crossbars and not between draws.
 *
 * @throws an AbortError when the signal is aborted; points measured until then have been handed to `onPoint`
 */
export async function runSweep(
  network: PreparedNetwork,
  points: readonly SweepPoint[],
  { times, repeats, seed, backend, known, signal, onPoint }: SweepOptions,
): Promise<SweepResult[]> {
  const { model, images, normalise } = network;
  const weights = Object.entries(model.exportWeights()).map(([name, { data }]) => [name, hashOf(data)]);
  const shared = {
    program: programFingerprint(),
    graph: model.graph,
    weights,
    inputRanges: model.inputRanges,
    quantisationRanges: model.quantisationRanges,
    images: fingerprintOf([images]),
    ...{ normalise, times, repeats, seed, backend },
  };
  const sharedKey = contentHash(shared);
  const byKey = new Map(known.map((result) => [result.key, result]));
  const results: SweepResult[] = [];
  for (const { values, crossbar } of points) {
    const key = contentHash({ sharedKey, crossbar });
    const earlier = byKey.get(key);
    const analog =
      earlier?.analog ??
      (await withQuantisers(network, crossbar, createRng(seed, 'evaluate/quantisers'), () =>
        driftAccuracy(model, images, normalise, crossbar, { times, repeats, rng: createRng(seed, 'evaluate'), signal }),
      ));
    results.push({ values, key, analog });
    onPoint(results, earlier === undefined);
  }
  return results;
}

function hashOf(data: Float32Array): string {
  return contentHash(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'));
}
