import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TrialCache } from '../../src/store/index.js';
import { metrics, scratch } from './support.js';

const inputs = { graph: 'abc', seed: 1, training: { epochs: 3 } };

describe('TrialCache', () => {
  it('finds a result by its inputs, whatever the order of their keys, and nothing by others', () => {
    const cache = new TrialCache(scratch());
    cache.put(inputs, metrics);
    expect(cache.get({ training: { epochs: 3 }, seed: 1, graph: 'abc' })).toEqual(metrics);
    expect(cache.get({ ...inputs, seed: 2 })).toBeUndefined();
  });

  it('is refused before any work where it cannot be kept', () => {
    const results = scratch();
    TrialCache.open(results).put(inputs, metrics);
    expect(TrialCache.open(results).get(inputs)).toEqual(metrics);
    const blocked = scratch();
    writeFileSync(join(blocked, 'cache'), 'a file');
    expect(() => TrialCache.open(blocked)).toThrow(expect.objectContaining({ code: 'RESULTS_UNWRITABLE' }));
  });

  it('counts a damaged entry, and one that answers another question, as absent', () => {
    const results = scratch();
    const cache = new TrialCache(results);
    cache.put(inputs, metrics);
    const file = join(results, 'cache', `${TrialCache.key(inputs)}.json`);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.slice(0, whole.length / 2));
    expect(cache.get(inputs)).toBeUndefined();
    writeFileSync(file, whole.replace('"seed":1', '"seed":3'));
    expect(cache.get(inputs)).toBeUndefined();
    cache.put(inputs, metrics);
    expect(cache.get(inputs)).toEqual(metrics);
    expect(readdirSync(join(results, 'cache'))).toHaveLength(1);
  });
});
