import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyOverrides, type KirchhoffError } from '../../src/config/index.js';
import { parseSearchConfig } from '../../src/search/config.js';

const least = { task: { name: 'synthetic-shapes' }, space: 'resnet-tiny' };

function errorOf(value: unknown): KirchhoffError {
  try {
    parseSearchConfig(value, 'run.yaml');
  } catch (error) {
    return error as KirchhoffError;
  }
  throw new Error('the configuration was accepted');
}

describe('parseSearchConfig', () => {
  it('fills in every default', () => {
    const config = parseSearchConfig(least, 'run.yaml');
    expect(config).toMatchObject({
      chip: 'hermes-64',
      crossbar: 'pcm-8bit-256',
      seed: 1,
      objective: 'oneDayAccuracy',
      limits: { avm: 1 },
      search: { strategy: 'evolution', mutation: { depth: 0.8, width: 0.8, other: 0.6 } },
      surrogate: { kind: 'auto', after: 16 },
      evaluation: { times: [1, 3600, 86_400, 2_592_000] },
      final: { top: 1, baseline: 'resnet8' },
    });
  });

  it('takes limits by name, each of them replaceable', () => {
    const named = parseSearchConfig({ ...least, limits: { preset: 'tinyml' } }, 'run.yaml');
    expect(named.limits).toMatchObject({ params: 500_000, cores: 64, latency: 1e-3, energy: 1e-4, avm: 1 });
    const changed = parseSearchConfig(
      applyOverrides({ ...least, limits: { preset: 'tinyml', avm: 0.1 } }, ['limits.energy=2e-4']),
      'a',
    );
    expect(changed.limits).toEqual({ ...named.limits, energy: 2e-4, avm: 0.1 });
    expect(parseSearchConfig(JSON.parse(JSON.stringify(changed)), 'b')).toEqual(changed);
    expect(errorOf({ ...least, limits: { preset: 'tinml' } }).message).toContain('did you mean "tinyml"');
  });

  it('takes differences between cores', () => {
    const { evaluation } = parseSearchConfig({ ...least, evaluation: { coreDifferences: { adcNoise: 0.2 } } }, 'a');
    expect(evaluation.coreDifferences).toEqual({ adcNoise: 0.2, adcGain: 0, columnGain: 0, drift: 0 });
    expect(errorOf({ ...least, evaluation: { coreDifferences: { adcNoise: 2 } } }).details.path).toBe(
      'evaluation.coreDifferences.adcNoise',
    );
  });

  it('takes a shortlist no shorter than the final table', () => {
    expect(parseSearchConfig({ ...least, final: { top: 2, shortlist: 2 } }, 'a').final.shortlist).toBe(2);
    const { details } = errorOf({ ...least, final: { top: 3, shortlist: 2 } });
    expect(details).toMatchObject({ path: 'final.shortlist', found: '2' });
    expect(details.accepted).toContain('final.top = 3 or more');
  });

  it('takes a final training only where it is longer than its warm-up', () => {
    const training = { digital: { epochs: 10, warmupEpochs: 2 }, hwa: { warmupEpochs: 1 } };
    const withFinal = (final: object) => ({ ...least, training, final });
    expect(parseSearchConfig(withFinal({ digitalEpochs: 3, hwaEpochs: 2 }), 'a').final.digitalEpochs).toBe(3);
    expect(parseSearchConfig({ ...least, final: { hwaEpochs: 0 } }, 'a').final.hwaEpochs).toBe(0);
    const { code, details } = errorOf(withFinal({ digitalEpochs: 2 }));
    expect({ code, details }).toEqual({
      code: 'CONFIG_INVALID',
      details: {
        source: 'run.yaml',
        path: 'final.digitalEpochs',
        found: '2, with training.digital.warmupEpochs = 2',
        accepted: 'more than 2',
        hint: 'a shorter training.digital.warmupEpochs',
      },
    });
    expect(errorOf(withFinal({ hwaEpochs: 0 })).details.path).toBe('final.hwaEpochs');
  });

  it('gives itself back: what a run records is what it is resumed with', () => {
    const config = parseSearchConfig({ ...least, evaluation: { times: ['1s', '1d'] }, space: 'my/space.json' }, 'a');
    expect(parseSearchConfig(JSON.parse(JSON.stringify(config)), 'b')).toEqual(config);
  });

  it('makes paths absolute and leaves names alone', () => {
    const config = parseSearchConfig({ ...least, task: { name: 'cifar10', data: 'x' }, chip: 'chips/a.json' }, 'a');
    expect(isAbsolute(config.task.data!)).toBe(true);
    expect(isAbsolute(config.chip)).toBe(true);
    expect(config.space).toBe('resnet-tiny');
  });

  it('names an unknown key with the nearest known one', () => {
    expect(errorOf({ ...least, search: { populaton: 3 } })).toMatchObject({
      code: 'CONFIG_INVALID',
      summary: 'Unknown key "populaton". Did you mean "population"?',
      details: { source: 'run.yaml', path: 'search.populaton' },
    });
    expect(errorOf({ ...least, trainig: {} }).summary).toBe('Unknown key "trainig". Did you mean "training"?');
    expect(errorOf({ ...least, search: { strategy: 'evolutoin' } }).details).toMatchObject({
      path: 'search.strategy',
      accepted: expect.stringContaining('did you mean "evolution"?'),
    });
  });

  it.each([
    [{ search: { trials: 0 } }, 'search.trials', 'a value >= 1'],
    [{ limits: { avm: 3 } }, 'limits.avm', 'a value <= 1'],
    [{ seed: 1.5 }, 'seed', 'a whole number'],
    [{ evaluation: { times: ['1d', '1h'] } }, 'evaluation.times', 'rising times: 86400 comes before 3600'],
    [{ evaluation: { times: [1, 3600] } }, 'evaluation.times', 'times with one day (86400 or 1d) among them'],
    [{ objective: ['params', 'params'] }, 'objective', 'no objective occurs twice'],
    [{ search: { halving: {} }, evaluation: 'supernet' }, 'search.halving', 'evaluation.mode: full'],
    [{ training: { digital: { epochs: 'many' } } }, 'training.digital.epochs', 'a number'],
  ])('refuses %j', (change, path, accepted) => {
    const error = errorOf({ ...least, ...change });
    expect(error.details.path).toBe(path);
    expect(error.details.accepted).toContain(accepted);
  });

  it('takes one objective or several, and fills in the rungs of successive halving', () => {
    const config = parseSearchConfig(
      { ...least, objective: ['oneDayAccuracy', 'energy'], search: { halving: {} } },
      'a',
    );
    expect(config.objective).toEqual(['oneDayAccuracy', 'energy']);
    expect(config.search.halving).toEqual({ factor: 3, rungs: 3, of: ['epochs'] });
    expect(parseSearchConfig({ ...least, objective: 'avm' }, 'a').objective).toBe('avm');
    expect(errorOf({ ...least, objective: ['oneDayAccuracy', 'weights'] }).code).toBe('CONFIG_INVALID');
  });

  it('takes overrides', () => {
    const document = applyOverrides(least, ['search.trials=7', 'evaluation.times=[1s, 1d]']);
    expect(parseSearchConfig(document, 'a')).toMatchObject({
      search: { trials: 7 },
      evaluation: { times: [1, 86_400] },
    });
  });
});
