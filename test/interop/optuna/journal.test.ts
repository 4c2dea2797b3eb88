import { describe, expect, it } from 'vitest';
import { optunaJournal, type Study } from '../../../src/interop/index.js';
import { readJournal } from './read-journal.js';

const study: Study = {
  name: 'a "study"',
  objectives: [
    { name: 'accuracy', goal: 'max' },
    { name: 'MACs', goal: 'min' },
  ],
  attributes: { seed: 3, notes: ['ünïcode', 'two\nlines'] },
  trials: [
    {
      startedAt: '2026-01-02T03:04:05.678Z',
      finishedAt: '2026-01-02T03:04:15.678Z',
      values: [0.75, 1e6],
      parameters: [
        { name: 'width', value: 8, distribution: { kind: 'int', low: 4, high: 12, step: 2 } },
        { name: 'block', value: 'C', distribution: { kind: 'choice', choices: ['A', 'B', 'C'] } },
      ],
      attributes: { drift: [{ seconds: 1, mean: 0.8 }], fits: true, latency: null },
      constraints: [-0.1],
    },
    {
      startedAt: '2026-01-02T03:05:05.000Z',
      finishedAt: '2026-01-02T03:05:05.000Z',
      values: null,
      parameters: [{ name: 'block', value: 'A', distribution: { kind: 'choice', choices: ['A', 'B', 'C'] } }],
      attributes: { reason: 'no memory' },
      constraints: [],
    },
  ],
};

describe('a journal for Optuna', () => {
  it('is read back as the study it was written from', () => {
    const [read, ...others] = readJournal(optunaJournal(study));
    expect(others).toEqual([]);
    expect(read).toMatchObject({
      name: 'a "study"',
      directions: ['maximize', 'minimize'],
      userAttributes: { seed: 3, notes: ['ünïcode', 'two\nlines'] },
      systemAttributes: { 'study:metric_names': ['accuracy', 'MACs'] },
    });
    expect(read!.trials[0]).toMatchObject({
      state: 'complete',
      values: [0.75, 1e6],
      params: { width: 8, block: 'C' },
      userAttributes: { drift: [{ seconds: 1, mean: 0.8 }], fits: true, latency: null },
      systemAttributes: { constraints: [-0.1] },
      start: '2026-01-02T03:04:05.678000',
      complete: '2026-01-02T03:04:15.678000',
    });
    expect(read!.trials[1]).toMatchObject({ state: 'fail', values: null, params: { block: 'A' } });
  });

  it('would not be read if a rule of the format were broken', () => {
    const text = optunaJournal(study);
    const broken = [
      text.slice(0, -1),
      text.replace('"param_value_internal":8', '"param_value_internal":9'),
      text.replace('"directions":[2,1]', '"directions":[2]'),
      text.replace('05.678000', '05.678Z'),
      `${text}${text.split('\n')[3]}\n`,
      text.replace('\\"choices\\":[\\"A\\",', '\\"choices\\":['),
    ];
    for (const other of broken) {
      expect(other).not.toBe(text);
      expect(() => readJournal(other)).toThrow();
    }
  });
});
