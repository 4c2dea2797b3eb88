import { expect, it } from 'vitest';
import { resumeHint } from '../../src/store/index.js';

it.each([
  ['results', 'kirchhoff resume abc'],
  ['other/runs-2', 'kirchhoff resume abc --results other/runs-2'],
  ['my runs', "kirchhoff resume abc --results 'my runs'"],
  ["it's", "kirchhoff resume abc --results 'it'\\''s'"],
  ['$HOME', "kirchhoff resume abc --results '$HOME'"],
])('names the folder %s so that a shell takes it', (resultsDir, hint) => {
  expect(resumeHint('abc', resultsDir)).toBe(hint);
});
