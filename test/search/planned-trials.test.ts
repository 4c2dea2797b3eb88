import { expect, it } from 'vitest';
import { plannedTrials } from '../../src/search/index.js';

const search = (count: number) => Array.from({ length: count }, () => ({ role: 'search' as const }));
const final = { top: 2, shortlist: 4, baseline: 'resnet8' };

it.each([
  ['all of its trials and those of the table', { search: { trials: 40 }, final }, search(3), 47],
  ['as many as its time allows at the speed it has', { search: { trials: 40, maxSeconds: 60 }, final }, search(3), 25],
  ['never fewer than there are', { search: { trials: 40, maxSeconds: 5 }, final }, search(3), 10],
  ['never more than its trials', { search: { trials: 40, maxSeconds: 6000 }, final }, search(3), 47],
  ['its trials until one has finished', { search: { trials: 40, maxSeconds: 60 }, final }, [], 47],
  [
    'those it had, once it has ended',
    { search: { trials: 40 }, final },
    [...search(3), { role: 'shortlist' as const }],
    10,
  ],
  ['no baseline where there is none', { search: { trials: 40 }, final: { top: 1, baseline: null } }, [], 41],
  [
    'some to check a supernet',
    { search: { trials: 40 }, evaluation: { mode: 'supernet', supernet: { check: 6 } } },
    [],
    46,
  ],
])('a run plans %s', (_, config, trials, planned) => {
  expect(plannedTrials(config, { trials, elapsedSeconds: 10 })).toBe(planned);
});

it('counts the trials that were taken over beside its own', () => {
  const config = { search: { trials: 40, maxSeconds: 60 } };
  expect(plannedTrials(config, { trials: [], takenOver: 5, elapsedSeconds: 10 })).toBe(45);
  expect(plannedTrials(config, { trials: search(8), takenOver: 5, elapsedSeconds: 10 })).toBe(5 + 18);
});
