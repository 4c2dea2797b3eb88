import { expect, it } from 'vitest';
import { durations, seedList } from '../../src/cli/flags.js';

it('reads times with their units, up to 1e12 s', () => {
  expect(durations('0,1s,30min,1h, 1d,2w,1y,1e12')).toEqual([0, 1, 1800, 3600, 86_400, 1_209_600, 31_536_000, 1e12]);
});

it.each(['1e400', '1e13', '1e6y', '1s,1e400d'])('refuses the times %s', (text) => {
  expect(() => durations(text)).toThrow('accepted are times of at most 1000000000000 s');
});

it('reads seeds that differ, in their order', () => {
  expect(seedList('3,1, 2')).toEqual([3, 1, 2]);
});

it.each(['1,1', '1,2,01'])('refuses the seeds %s', (text) => {
  expect(() => seedList(text)).toThrow(`found "${text}", accepted are seeds that differ`);
});

it.each(['', '1,', '-1', '1.5', '1e300'])('refuses the seeds %j', (text) => {
  expect(() => seedList(text)).toThrow('accepted are whole numbers >= 0');
});
