import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectRows, parseSearchConfig, prepareRun, resumeRun, runSearch } from '../../src/search/index.js';
import { listRuns, readRun } from '../../src/store/index.js';
import { tinyConfig } from './support/tiny-process.js';
import { scratch } from './support/toy-run.js';

const known = {
  space: 'resnet-tiny',
  params: { outChannel0: 4, kernelSize0: 3, M: 1, R1: 1, convBlock1: 2, widenFact1: 2, B1: 2 },
};

/** Stops a run where its work would begin. */
const onEvent = () => {
  throw new Error('far enough');
};

describe('a run whose files have changed since it began', () => {
  it('is resumed with the architectures that it began with', async () => {
    const file = join(scratch(), 'known.json');
    writeFileSync(file, JSON.stringify(known));
    const search = { ...tinyConfig.search, enqueue: [file, 'resnet-tiny'] };
    const limits = { ...tinyConfig.limits, params: 25_000, macs: 4_000_000 };
    const config = parseSearchConfig({ ...tinyConfig, limits, search }, 'run.yaml');
    const resultsDir = scratch();
    await expect(runSearch(config, { resultsDir, workers: 1, onEvent })).rejects.toThrow('far enough');
    const { id } = listRuns(resultsDir)[0]!;
    const begun = readRun(resultsDir, id);
    expect(begun.config.search).toEqual({ ...config.search, enqueue: [JSON.stringify(known), 'resnet-tiny'] });
    for (const change of [() => writeFileSync(file, '{}'), () => rmSync(file)]) {
      change();
      await expect(resumeRun(id, { resultsDir, workers: 1, onEvent })).rejects.toThrow('far enough');
    }
    const { enqueued } = await prepareRun(parseSearchConfig(begun.config, 'run.json'));
    expect(enqueued[0]).toEqual(known);
    expect(enqueued).toHaveLength(2);
  });

  it('is another run where the surrogate to begin with is another one', async () => {
    const folder = join(scratch(), 'surrogate');
    cpSync('surrogates/cifar10', folder, { recursive: true });
    const prepare = async (warmStart?: string) => {
      const surrogate = { kind: 'blend', ...(warmStart !== undefined && { warmStart }) };
      const given = { ...tinyConfig, space: 'analognas-cifar10', limits: {}, surrogate, final: { baseline: null } };
      return (await prepareRun(parseSearchConfig(given, 'run.yaml'))).fingerprint;
    };
    const before = await prepare(folder);
    expect(await prepare('surrogates/cifar10')).toBe(before);
    expect(await prepare()).not.toBe(before);
    writeFileSync(join(folder, 'rows.csv'), 'other rows');
    expect(await prepare(folder)).not.toBe(before);
  });
});

it('a collection counts the failed rows of earlier calls, too', async () => {
  const to = scratch();
  const heading =
    'number,architecture,seed,oneDayAccuracy,std,avm,digitalAccuracy,firstAccuracy,lastAccuracy,params,macs,cores,seconds,reason';
  const rows = ['0,x,3,,,,,,,,,,,it diverged', '1,y,3,0.5,0.1,0,0.5,0.5,0.5,1,1,1,1,'];
  writeFileSync(join(to, 'rows.csv'), `${[heading, ...rows].join('\n')}\n`);
  const config = parseSearchConfig(tinyConfig, 'run.yaml');
  const { rows: all, failed } = await collectRows(config, { to, architectures: 2, workers: 1 });
  expect([all, failed]).toEqual([2, 1]);
});
