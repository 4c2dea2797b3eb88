import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareNetworks, type NetworkMeasurement } from '../../src/benchmark/index.js';
import { evaluateArchitecture, parseSearchConfig } from '../../src/search/index.js';
import { tinyConfig } from '../search/support/tiny-process.js';

const config = parseSearchConfig(tinyConfig, 'test');
const slim = {
  space: 'resnet-tiny',
  params: { outChannel0: 4, kernelSize0: 3, M: 1, R1: 1, convBlock1: 1, widenFact1: 1, B1: 1 },
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const squares = values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

describe('compareNetworks', () => {
  const resultsDir = mkdtempSync(join(tmpdir(), 'kirchhoff-networks-'));
  const seeds = [1, 2, 3];

  it('states means, standard errors and the difference to the last network, paired by seed', async () => {
    const { measurements, summary } = await compareNetworks(config, {
      networks: [slim, 'resnet-tiny'],
      seeds,
      resultsDir,
    });
    expect(measurements.map(({ seed }) => seed)).toEqual([1, 1, 2, 2, 3, 3]);
    const [found, baseline] = summary;
    const oneDays = (network: string): number[] =>
      measurements
        .filter(({ name }) => name === network)
        .map(({ metrics }) => metrics.analog.find(({ seconds }) => seconds === 86_400)!.mean);
    const own = oneDays(found!.name);
    const differences = own.map((value, i) => value - oneDays('resnet-tiny')[i]!);
    expect(found!.oneDay.mean).toBeCloseTo(mean(own), 12);
    expect(found!.oneDay.standardError).toBeCloseTo(standardError(own), 12);
    expect(found!.difference!.mean).toBeCloseTo(mean(differences), 12);
    expect(found!.difference!.standardError).toBeCloseTo(standardError(differences), 12);
    expect(baseline).toMatchObject({ name: 'resnet-tiny', difference: null, seeds: 3 });
  });

  it('measures as the final table does, and takes finished trainings from the cache', async () => {
    const heard: [NetworkMeasurement, boolean][] = [];
    const onMeasured = (measurement: NetworkMeasurement, cached: boolean) => heard.push([measurement, cached]);
    const again = { networks: [slim], seeds: [2, 4], resultsDir, onMeasured };
    const { measurements, summary } = await compareNetworks(config, again);
    expect(heard.map(([{ seed }, cached]) => [seed, cached])).toEqual([
      [2, true],
      [4, false],
    ]);
    expect(summary[0]!.difference).toBeNull();
    const { metrics } = await evaluateArchitecture({ ...config, seed: 4 }, slim);
    expect(measurements[1]!.metrics.analog).toEqual(metrics.analog);
  });

  it('has no standard error for a single training', async () => {
    const { summary } = await compareNetworks(config, { networks: [slim, 'resnet-tiny'], seeds: [1], resultsDir });
    expect(summary[0]!.oneDay.standardError).toBeNull();
    expect(summary[0]!.difference!.standardError).toBeNull();
  });
});
