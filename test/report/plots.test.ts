import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Curve, regretCurves, type SweepData, standalonePlot, sweepPlot } from '../../src/report/index.js';
import { driftPlot } from '../../src/report/plots/drift-plot.js';
import { spreadApart } from '../../src/report/plots/end-labels.js';
import { frontPlot } from '../../src/report/plots/front-plot.js';
import { axisName, drawn, lineNames, ticks } from './support/pictures.js';
import { sampleReport } from './support/sample-report.js';

const days = [1, 60, 3_600, 43_200, 86_400, 7 * 86_400, 30 * 86_400];

/** A sweep of the output noise at times after programming, whose means fall a little with each time. */
function sweep(means: readonly number[], { name = 'resnet8', digitalAccuracy = 0.19 } = {}): SweepData {
  const point = (outNoise: number) => ({
    values: { 'forward.outNoise': outNoise },
    analog: means.map((mean, i) => ({ seconds: days[i]!, mean, std: 0.002, repeats: 3 })),
  });
  const axes = [{ path: 'forward.outNoise', values: [0.01, 0.3], logarithmic: true }];
  const about = { name, crossbar: 'ideal', digitalAccuracy, images: 100, notes: [] };
  return { ...about, axes, points: [point(0.01), point(0.3)] };
}

describe('names at the ends of lines', () => {
  test('keep apart, in their order and inside, each where it wants to be if there is room', () => {
    const place = fc.double({ min: 30, max: 380, noNaN: true });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 19 }), (wanted) => {
        const places = spreadApart(wanted, 17, 30, 380);
        const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
        const sorted = order.map((i) => places[i]!);
        expect(sorted[0]).toBeGreaterThanOrEqual(30 - 1e-9);
        expect(sorted.at(-1)).toBeLessThanOrEqual(380 + 1e-9);
        for (const [i, y] of sorted.slice(1).entries()) expect(y - sorted[i]!).toBeGreaterThanOrEqual(17 - 1e-9);
      }),
    );
    expect(spreadApart([100, 200, 50], 17, 30, 380)).toEqual([100, 200, 50]);
    expect(spreadApart([100, 101, 99], 17, 30, 380)).toEqual([100, 117, 83]);
    expect(spreadApart([375, 380], 17, 30, 380)).toEqual([363, 380]);
  });

  test('come closer where they do not fit', () => {
    expect(spreadApart([5, 5, 5], 17, 0, 20)).toEqual([0, 10, 20]);
  });
});

describe('the picture of a sweep', () => {
  const seven = sweepPlot(sweep([0.189, 0.187, 0.185, 0.182, 0.179, 0.176, 0.174]));

  test('has axes of the data alone, however many names must move apart', () => {
    const shown = ticks(seven, 'y').map(Number);
    expect(Math.min(...shown)).toBeGreaterThanOrEqual(17);
    expect(Math.max(...shown)).toBeLessThanOrEqual(19.5);
    const names = lineNames(seven);
    expect(names.map(({ text }) => text)).toEqual(['1 s', '1 min', '1 h', '12 h', '1 day', '7 days', '30 days']);
    expect(Math.max(...names.map(({ y }) => y))).toBeLessThanOrEqual(420 - 44);
    for (const [i, { y }] of names.slice(1).entries()) expect(y - names[i]!.y).toBeGreaterThanOrEqual(16.9);
  });

  test('never shows less than no accuracy', () => {
    const low = sweepPlot(sweep([0.012, 0.011, 0.01, 0.009, 0.008, 0.004, 0.001], { digitalAccuracy: 0.2 }));
    expect(Math.min(...ticks(low, 'y').map(Number))).toBe(0);
  });

  test('writes its names in the colour of the text', () => {
    expect(new Set(lineNames(seven).map(({ fill }) => fill))).toEqual(new Set([null]));
    expect(drawn(seven).querySelector('[aria-label="line names"]')!.getAttribute('fill')).toBeNull();
  });

  test('writes plain numbers at a logarithmic axis', () => {
    const shown = ticks(seven, 'x').filter((text) => text !== '');
    expect(shown).toContain('0.1');
    for (const text of shown) expect(text).toMatch(/^[\d.]+$/);
  });

  test('says of several settings which time it shows', () => {
    const { axes, points, ...about } = sweep([0.9, 0.8, 0.7, 0.6, 0.5]);
    const second = { path: 'noiseModel.driftScale', values: [0, 1], logarithmic: false };
    const both = points.flatMap(({ values, analog }) =>
      [0, 1].map((scale) => ({ values: { ...values, [second.path]: scale }, analog })),
    );
    const picture = sweepPlot({ ...about, axes: [...axes, second], points: both });
    expect(axisName(picture, 'y')).toBe('accuracy after 1 day, %');
    expect(picture).toContain('aria-label="Accuracy after 1 day of resnet8 over forward.outNoise');
    expect(axisName(seven, 'y')).toBe('accuracy, %');
  });

  test('is a file that stands alone, whatever the network is called', () => {
    const name = `a"<img>&é'b style="x"`;
    const file = standalonePlot(sweepPlot(sweep([0.9], { name })));
    const [root] = /^<svg [^>]*>/.exec(file)!;
    const attributes = [...root.matchAll(/ ([\w:-]+)="([^"<]*)"/g)].map(([, key, value]) => [key!, value!] as const);
    // nothing but attributes, each once, with no bare sign of XML in them
    expect(root).toBe(`<svg${attributes.map(([key, value]) => ` ${key}="${value}"`).join('')}>`);
    expect(new Set(attributes.map(([key]) => key)).size).toBe(attributes.length);
    const of = new Map(attributes);
    expect(of.get('xmlns')).toBe('http://www.w3.org/2000/svg');
    expect(of.get('style')).toContain('background:#fff');
    expect(of.get('aria-label')).not.toMatch(/&(?!#\d+;)/);
    expect(of.get('aria-label')!.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))).toContain(name);
  });
});

test('close lines of the drift picture keep its axis, and their names stay beside them', () => {
  const { networks } = sampleReport();
  const flat = (index: number, mean: number) => ({
    ...networks[index]!,
    digitalAccuracy: mean,
    drift: [1, 86_400].map((seconds) => ({ seconds, mean, std: 0.0004, repeats: 5 })),
  });
  const picture = driftPlot([flat(0, 0.779), flat(2, 0.778)]);
  const shown = ticks(picture, 'y').map(Number);
  expect([Math.min(...shown) > 77.6, Math.max(...shown) < 78.1]).toEqual([true, true]);
  const names = lineNames(picture);
  expect(names.map(({ text }) => text)).toEqual(['best found  77.9 %', 'baseline resnet8  77.8 %']);
  expect(names[1]!.y - names[0]!.y).toBeGreaterThanOrEqual(17);
});

test('a drift picture of times at once alone shows its points', () => {
  const [network] = sampleReport().networks;
  const picture = driftPlot([{ ...network!, drift: [{ seconds: 0, mean: 0.5, std: 0, repeats: 1 }] }]);
  expect(lineNames(picture).map(({ text }) => text)).toEqual(['best found  50.0 %']);
  expect([...drawn(picture).querySelectorAll('[aria-label="dot"] circle')]).toHaveLength(1);
  expect(ticks(picture, 'x')).toContain('0 s');
  expect(picture).not.toMatch(/NaN|Infinity/);
});

test('the curves of regret are named in the colour of the text, and no line is too pale for white', () => {
  const curve = (_: unknown, i: number): Curve => {
    const mean = [9, 5, 2].map((value) => value / (1 + i / 50));
    return { name: `strategy-${i}`, mean, low: mean, high: mean };
  };
  const picture = regretCurves(Array.from({ length: 9 }, curve), 'regret');
  expect(lineNames(picture).map(({ text, fill }) => [text, fill])).toEqual(
    Array.from({ length: 9 }, (_, i) => [`strategy-${i}`, null]),
  );
  const strokes = [...drawn(picture).querySelectorAll('[aria-label="line names"] path')].map(
    (line) => line.getAttribute('stroke')!,
  );
  expect(new Set(strokes).size).toBe(9);
  for (const colour of strokes) expect(contrastOnWhite(colour), colour).toBeGreaterThan(2);
});

describe('the picture of a front', () => {
  const objectives = [
    { name: 'oneDayAccuracy', title: '1-day accuracy', goal: 'max' },
    { name: 'energy', title: 'energy', goal: 'min' },
    { name: 'latency', title: 'latency', goal: 'min' },
    { name: 'params', title: 'parameters', goal: 'min' },
  ] as const;
  const [accuracy, energy, latency, params] = objectives;
  const member = (number: number, oneDayAccuracy: number, joules: number, seconds: number, count: number) => {
    const values = { oneDayAccuracy, energy: joules, latency: seconds, params: count };
    return { number, name: `a${number}`, values };
  };
  const members = [member(0, 0.715, 9e-5, 6e-4, 60_000), member(1, 0.66, 4e-5, 2e-3, 9_000)];
  const front = { objectives, members, hypervolume: { reference: {}, history: [] } };

  test('shows accuracy in percent and energy in its unit', () => {
    const picture = frontPlot(front, accuracy, energy);
    expect(axisName(picture, 'y')).toBe('1-day accuracy, % (more is better)');
    expect(axisName(picture, 'x')).toBe('energy, µJ (less is better)');
    expect(ticks(picture, 'y')).toEqual(expect.arrayContaining(['66.0', '71.0']));
    expect(ticks(picture, 'x')).toEqual(expect.arrayContaining(['40', '90']));
    expect(picture).toContain('a0\n1-day accuracy 71.5 %\nenergy 90.0 µJ');
  });

  test('shows latency in its unit and counts in thousands', () => {
    const picture = frontPlot(front, latency, params);
    expect(axisName(picture, 'y')).toBe('latency, ms (less is better)');
    expect(ticks(picture, 'y')).toEqual(expect.arrayContaining(['1.0', '2.0']));
    expect(axisName(picture, 'x')).toBe('parameters (less is better)');
    expect(ticks(picture, 'x')).toEqual(expect.arrayContaining(['10k', '60k']));
  });
});

/** Contrast ratio with white as WCAG 2 defines it. */
function contrastOnWhite(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05);
}
