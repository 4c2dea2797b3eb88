import { beforeAll, expect, test } from 'vitest';
import { checkSupported, resolveCrossbar } from '../../../src/crossbar/index.js';
import { analogMvm } from '../../../src/crossbar/mvm/analog-mvm.js';
import { clippedRows } from '../../../src/crossbar/mvm/bound-test.js';
import { inputScale } from '../../../src/crossbar/mvm/noise-management.js';
import { phasesOf } from '../../../src/crossbar/mvm/phases.js';
import { withPulseNoise } from '../../../src/crossbar/mvm/pulse-noise.js';
import { applySShape } from '../../../src/crossbar/mvm/s-shape.js';
import { theveninProduct } from '../../../src/crossbar/mvm/thevenin.js';
import { drawTile } from '../../../src/crossbar/mvm/tile-draws.js';
import { createConverter } from '../../../src/devices/index.js';
import { createRng, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const ioOf = (forward: Record<string, unknown>) => resolveCrossbar({ forward: { outNoise: 0, ...forward } }).forward;
const rng = createRng(3, 'corners');

function sumOfOnes(boundManagement: string, noiseManagement = 'AbsMax'): number {
  const io = ioOf({ boundManagement, noiseManagement, inpRes: -1, outBound: 1, outRes: 0.25 });
  const tile = { io, engine: 'rpu' as const, draws: {}, memory: {} };
  return tf.tidy(() => analogMvm(tf.ones([1, 4]), tf.ones([4, 1]), tile, rng).dataSync()[0]!) as unknown as number;
}

// Four ones times ones is 4; the ADC goes to 1 in steps of 0.5.
test('worst-case bound management scales by the sums in its second round, and halves from there', () => {
  // Iterative: 4, 2, then 1 at a quarter of the input: exactly the bound, 4 * 1.
  expect(sumOfOnes('Iterative')).toBeCloseTo(4, 5);
  // Worst case: alpha = 4 * 0.6 / 1 = 2.4 gives 1.67, half of it 0.83, rounded to 1: 2 * 2.4 * 1.
  expect(sumOfOnes('IterativeWorstCase')).toBeCloseTo(4.8, 5);
  // Without noise management alpha stays unused, as in AIHWKit.
  expect(sumOfOnes('IterativeWorstCase', 'None')).toBeCloseTo(4, 5);
});

test('AbsMaxNPSum: the larger of the signed sums, assumed weights of 0.6, no more than the DAC affords', () => {
  const alpha = (x: number[], forward: Record<string, unknown>) =>
    tf.tidy(() => {
      const io = ioOf({ noiseManagement: 'AbsMaxNPSum', outBound: 2, inpRes: -1, ...forward });
      return inputScale(tf.tensor2d([x]), io, {}).dataSync()[0]!;
    }) as unknown as number;
  const ones = Array<number>(10).fill(1);
  const mixed = [...ones, -4, -4];
  expect(alpha([3, 1, -0.5], {})).toBeCloseTo(3, 5); // the sum 4 * 0.6 / 2 asks for less than the largest
  expect(alpha(ones, {})).toBeCloseTo(10 * 0.3, 5);
  expect(alpha(mixed, {})).toBeCloseTo(4, 5); // both sums ask for less than the largest, 4
  expect(alpha([...ones.map((x) => -x), 1], {})).toBeCloseTo(10 * 0.3, 5);
  expect(alpha(ones, { inpRes: 0.1 })).toBeCloseTo(0.25 / 0.2, 5); // at least 1 / maxBmRes steps must remain
  expect(alpha(ones, { outBound: -1 })).toBeCloseTo(10 * 0.6, 5);
  expect(alpha(ones, { nmThres: 0.5, outBound: 20 })).toBeCloseTo(0.5, 5);
});

test('the S-shape is calibrated by the mean of its strengths and the series resistance', () => {
  tf.tidy(() => {
    const n = tf.tensor1d([0.05, 0.15]);
    const y = tf.tensor2d([[4, -4]]);
    const bent = (io: Record<string, unknown>) => [
      ...applySShape(y, n, ioOf({ outNonlinearity: 1, outBound: 10, rSeries: 0.02, ...io })).dataSync(),
    ];
    // F = (1 + (0.1 + 0.02) * 0.5 * 10)^2 = 2.56
    const calibrated = bent({ slopeCalibration: 0.5 });
    expect(calibrated[0]).toBeCloseTo((2.56 * 4) / 1.2, 4);
    expect(calibrated[1]).toBeCloseTo((2.56 * -4) / 1.6, 4);
    expect(bent({})[0]).toBeCloseTo(4 / 1.2, 5);
    // Without a bound it counts as 1: F = 1.06^2.
    expect(bent({ slopeCalibration: 0.5, outBound: -1 })[0]).toBeCloseTo((1.06 ** 2 * 4) / 1.2, 4);
  });
});

test('output noise spreads by outNoiseStd on the C++ tile, by itself on the torch tile', () => {
  const outputs = 20_000;
  const meanSquare = (engine: 'rpu' | 'torch') =>
    tf.tidy(() => {
      const io = ioOf({ outNoise: 0.04, outNoiseStd: 0.1 });
      const { outNoise } = drawTile(io, engine, 1, outputs, rng.child(engine));
      return tf.mean(tf.square(tf.div(outNoise!, 0.04))).dataSync()[0]!;
    }) as unknown as number;
  // E (1 + s N)^2 = 1 + s^2, with variance 4 s^2 + 2 s^4.
  for (const [engine, s] of [['rpu', 0.1] as const, ['torch', 1] as const]) {
    const error = Math.sqrt((4 * s ** 2 + 2 * s ** 4) / outputs);
    expect(Math.abs(meanSquare(engine) - (1 + s ** 2))).toBeLessThan(5 * error);
  }
});

test('read noise by pulse length: its deviation is that of the fit, and shrinks with longer pulses', () => {
  tf.tidy(() => {
    const io = ioOf({ applyXdepPcmReadNoise: true, inpRes: 1 / 126 });
    const converter = createConverter({ class: 'SinglePairConductanceConverter', gMax: 25, gMin: 0 });
    const count = 20_000;
    const weights = tf.fill([count, 1], -0.5) as tf.Tensor2D;
    const deviation = (level: number) => {
      const x = tf.fill([1, count], level) as tf.Tensor2D;
      const noise = tf.sub(withPulseNoise(weights, x, io, converter, rng.child(`pulse-${level}`)), weights);
      expect(Math.abs(tf.mean(noise).dataSync()[0]!)).toBeLessThan(0.001);
      return Math.sqrt(tf.mean(tf.square(noise)).dataSync()[0]!);
    };
    // All weights are the largest, 25 uS; a level of 20 / 63 lasts 20 ns. The fit, evaluated: python3 -c "import math;
    // z=math.log10(20); s=[0.00021926,-0.00187352,0.00655714,-0.0146159,0.02578764];
    // o=[1.11906167e-9,-9.08576764e-9,3.07015063e-8,-6.77079241e-8,1.17763144e-7]; f=lambda c:
    // sum(v*z**(4-i) for i,v in enumerate(c)); print(0.5*(25*f(s)+1e6*f(o))/25)"
    const expected = 0.00848344;
    expect(Math.abs(deviation(20 / 63) / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
    expect(deviation(1)).toBeLessThan(deviation(20 / 63));
    expect(deviation(1 / 63)).toBeGreaterThan(deviation(20 / 63));
    const silent = withPulseNoise(weights, tf.zeros([1, count]), io, converter, rng);
    expect(silent.dataSync()).toEqual(weights.dataSync());
  });
});

test('read noise by pulse length acts on products of the tile that resolves time, in training too', () => {
  const config = resolveCrossbar({
    class: 'TorchInferenceRPUConfigIRDropT',
    forward: { irDrop: 0, applyXdepPcmReadNoise: true, outNoise: 0, boundManagement: 'None', outRes: -1 },
  });
  expect(() => checkSupported(config)).not.toThrow();
  for (const change of [
    { class: 'InferenceRPUConfig' as const },
    { class: 'TorchInferenceRPUConfig' as const },
    {
      noiseModel: {
        ...config.noiseModel,
        gConverter: { class: 'DualPairConductanceConverter', fLst: [1, 3], gMax: 25, gMin: 0 },
      } as typeof config.noiseModel,
    },
  ]) {
    expect(() => checkSupported({ ...config, ...change })).toThrow('forward.applyXdepPcmReadNoise');
  }
  tf.tidy(() => {
    const converter = createConverter(config.noiseModel.gConverter);
    const tile = { io: config.forward, engine: 'torch' as const, draws: {}, memory: {}, pulseNoise: converter };
    const run = (name: string) => analogMvm(tf.ones([1, 8]), tf.ones([8, 2]), tile, rng.child(name)).dataSync();
    expect(run('a')).toEqual(run('a'));
    expect(run('a')).not.toEqual(run('b'));
    expect(run('a')[0]).toBeCloseTo(8, 0);
  });
});

const timeResolved = (forward: Record<string, unknown> = {}) =>
  resolveCrossbar({ class: 'TorchInferenceRPUConfigIRDropT', forward: { class: 'IOParametersIRDropT', ...forward } })
    .forward;

test('the torch tile repeats for negative overflows, too, whatever bmTestNegativeBound says', () => {
  tf.tidy(() => {
    const y = tf.tensor2d([[-1.2, 0.2]]);
    const io = ioOf({ boundManagement: 'Iterative', bmTestNegativeBound: false, outBound: 1 });
    expect([...clippedRows(y, io, 'torch').dataSync()]).toEqual([1]);
    expect([...clippedRows(y, io, 'rpu').dataSync()]).toEqual([0]);
  });
});

test('the passes of SplitMode have the time resolution that is asked for, over the same time', () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[0.5, -1]]);
    for (const irDropTimeStepResolutionScale of [1, 2, 0.5]) {
      const phases = phasesOf(x, timeResolved({ mvType: 'SplitMode', irDropTimeStepResolutionScale }));
      // 126 steps are six bits and a sign: three low ones and three high ones, eight steps each.
      expect(phases.map(({ steps }) => steps)).toEqual([8, 8].map((n) => n * irDropTimeStepResolutionScale));
      for (const { duration } of phases) expect(duration).toBeCloseTo(7 / 63, 6);
    }
  });
});

test('what asymmetry moves off the grid of the DAC is neither rounded in time nor in its bits', () => {
  tf.tidy(() => {
    const unit = 1 / 63;
    const io = timeResolved();
    const tile = {
      converter: createConverter({ class: 'SinglePairConductanceConverter', gMax: 25, gMin: 0 }),
      maxInputSize: 8,
    };
    const charge = (steps: number) => {
      const [phase] = phasesOf(tf.fill([1, 8], steps * unit) as tf.Tensor2D, io);
      return [...theveninProduct(phase!, tf.tensor2d(Array(16).fill(0.5), [8, 2]), io, tile).dataSync()];
    };
    // On at times 0 to 5.
    expect(charge(5.4)).toEqual(charge(6));
    expect(charge(5.4)).not.toEqual(charge(5));

    const x = tf.tensor2d([[-5.4 * unit, 0.9 * unit, 42.3 * unit]]);
    for (const mvType of ['SplitMode', 'BitWise']) {
      const phases = phasesOf(x, timeResolved({ mvType }));
      const sum = tf.addN(phases.map((phase) => tf.mul(phase.x, phase.weight)));
      expect(tf.max(tf.abs(tf.sub(sum, x))).dataSync()[0]).toBeLessThan(1e-6);
    }
  });
});
