import { expect, test } from 'vitest';
import { parseParameterRange, sweepPoints } from '../../src/evaluate/index.js';

test('reads lists of numbers, words, truth values and null', () => {
  expect(parseParameterRange('forward.outNoise=0,0.04,1e-1')).toEqual({
    path: 'forward.outNoise',
    values: [0, 0.04, 0.1],
    logarithmic: false,
  });
  expect(parseParameterRange('forward.noise_management=None,AbsMax')).toMatchObject({
    path: 'forward.noiseManagement',
    values: ['None', 'AbsMax'],
  });
  expect(parseParameterRange('forward.isPerfect=true,false').values).toEqual([true, false]);
  expect(parseParameterRange('driftCompensation=null').values).toEqual([null]);
});

test('spreads values evenly, both ends included, on either scale', () => {
  expect(parseParameterRange('forward.outNoise=0..0.2:5').values).toEqual([0, 0.05, 0.1, 0.15, 0.2]);
  expect(parseParameterRange('noiseModel.driftScale=0.01..100:5:log')).toEqual({
    path: 'noiseModel.driftScale',
    values: [0.01, 0.1, 1, 10, 100],
    logarithmic: true,
  });
});

test.each(['forward.outNoise', '=1', 'a=', 'a=1..2:1', 'a=0..1:3:log', 'a=x..2:3', 'a=[1'])('refuses %s', (text) => {
  expect(() => parseParameterRange(text)).toThrow();
});

test.each(['forward.outNoise=0,0.1,1e-1', 'forward.outNoise=1..1:3'])('refuses equal values: %s', (text) => {
  expect(() => parseParameterRange(text)).toThrow(/stands twice.*accepted: values that differ/s);
});

test('refuses a parameter that is given twice, also under its other name', () => {
  const parameters = ['forward.outNoise=0', 'forward.out_noise=0.1,1'].map(parseParameterRange);
  expect(() => sweepPoints('pcm-8bit-256', parameters)).toThrow(/given twice.*--param\n.*forward\.outNoise twice/s);
});

test('refuses more points than anyone can measure, before it lists them', () => {
  expect(() => parseParameterRange('forward.outNoise=0..1:1000000000000')).toThrow(
    /too many points.*--param\n.*0\.\.1:1000000000000\n.*at most 10000 points/s,
  );
  const parameters = ['forward.outNoise=0..1:101', 'noiseModel.driftScale=0..1:100'].map(parseParameterRange);
  expect(() => sweepPoints('pcm-8bit-256', parameters)).toThrow(/found: {4}10100 points/);
});

test('combines the settings, the last fastest, and refuses combinations that no tile does', () => {
  const parameters = ['forward.outNoise=0,1', 'forward.noiseManagement=None,AbsMax'].map(parseParameterRange);
  const points = sweepPoints('pcm-8bit-256', parameters);
  expect(points.map(({ crossbar: { forward } }) => [forward.outNoise, forward.noiseManagement])).toEqual([
    [0, 'None'],
    [0, 'AbsMax'],
    [1, 'None'],
    [1, 'AbsMax'],
  ]);
  const refused = (text: string) => () => sweepPoints('pcm-8bit-256', [parseParameterRange(text)]);
  expect(refused('forward.outNoise=-1')).toThrow(/too small.*--param forward\.outNoise=-1 at forward\.outNoise/s);
  expect(refused('forward.mvType=SplitMode')).toThrow('SplitMode and BitWise need class');
  expect(
    sweepPoints('pcm-8bit-256', [parseParameterRange('noiseModel.driftScale=2')])[0]!.crossbar.noiseModel,
  ).toMatchObject({
    class: 'PCMLikeNoiseModel',
    driftScale: 2,
  });
});
