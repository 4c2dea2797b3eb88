import { expect, it } from 'vitest';
import { durationSchema, showDuration } from '../../src/search/duration.js';

it.each([
  [90, 90],
  ['90s', 90],
  ['1.5 min', 90],
  ['1h', 3600],
  ['1d', 86_400],
  ['30d', 2_592_000],
])('reads %s as %d seconds', (written, seconds) => {
  expect(durationSchema.parse(written)).toBe(seconds);
});

it.each(['', '1', '1w', 'h', '-1h', '1e3s', -1, Number.NaN])('refuses %s', (written) => {
  expect(durationSchema.safeParse(written).success).toBe(false);
});

it.each([
  [1, '1 s'],
  [90, '90 s'],
  [120, '2 min'],
  [3600, '1 h'],
  [86_400, '1 day'],
  [2_592_000, '30 days'],
])('shows %d seconds as %s', (seconds, shown) => {
  expect(showDuration(seconds)).toBe(shown);
});
