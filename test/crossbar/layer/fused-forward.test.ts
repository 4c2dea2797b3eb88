import { beforeAll, describe, expect, test } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import type { ForwardCall } from '../../../src/crossbar/layer/forward-call.js';
import { canFuse, fusedForward } from '../../../src/crossbar/layer/fused-forward.js';
import { referenceForward } from '../../../src/crossbar/layer/layer-forward.js';
import { LayerGrid } from '../../../src/crossbar/layer/layer-grid.js';
import { type LayerShape, layerOutputShape, matrixCols, matrixRows } from '../../../src/crossbar/layer/layer-shape.js';
import { createRng, hasAnalogKernels, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

// The fused kernels exist where the native engine was built; elsewhere the reference is what runs.
const native = await useBackend({ backend: 'native' }).then(
  () => hasAnalogKernels(),
  () => false,
);

type Conv = Partial<Extract<LayerShape, { kind: 'conv2d' }>>;
const conv = (change: Conv): LayerShape => ({
  kind: 'conv2d',
  kernel: [3, 3],
  inChannels: 16,
  outChannels: 12,
  strides: [1, 1],
  padding: 'same',
  dilations: [1, 1],
  ...change,
});

const shapes: readonly (readonly [string, LayerShape, number[]])[] = [
  ['3x3, one tile', conv({}), [2, 8, 8, 16]],
  ['3x3, rows cut inside a window', conv({ inChannels: 37, outChannels: 19 }), [2, 7, 9, 37]],
  ['3x3 stride 2', conv({ strides: [2, 2], inChannels: 3, outChannels: 33 }), [3, 9, 9, 3]],
  ['1x1 stride 2, valid', conv({ kernel: [1, 1], strides: [2, 2], padding: 'valid' }), [2, 8, 8, 16]],
  [
    'odd padding',
    conv({
      kernel: [4, 3],
      padding: [
        [1, 2],
        [0, 1],
      ],
    }),
    [1, 8, 6, 16],
  ],
  ['dilated', conv({ dilations: [2, 2] }), [1, 9, 9, 16]],
  ['many output tiles', conv({ kernel: [1, 1], inChannels: 5, outChannels: 70 }), [1, 4, 4, 5]],
  ['dense', { kind: 'dense', inSize: 150, outSize: 70 }, [5, 150]],
];

const forwards = {
  'fixed range with noise': {
    boundManagement: 'None',
    noiseManagement: 'None',
    inpRes: 254,
    outRes: 254,
    outBound: 4,
    outNoise: 0.04,
  },
  'no converters': {
    boundManagement: 'None',
    noiseManagement: 'None',
    inpRes: -1,
    outRes: -1,
    inpBound: -1,
    outBound: -1,
    outNoise: 0.1,
  },
  'largest input, no noise': {
    boundManagement: 'None',
    noiseManagement: 'AbsMax',
    inpRes: 254,
    outRes: 254,
    outNoise: 0,
  },
} as const;

function callOf(
  shape: LayerShape,
  forward: keyof typeof forwards,
  range: number | undefined,
  masks: boolean,
): ForwardCall {
  const rng = createRng(5, 'fused');
  const config = resolveCrossbar({
    forward: forwards[forward],
    mapping: { weightScalingOmega: 1, maxInputSize: 64, maxOutputSize: 32 },
  });
  const grid = new LayerGrid(shape, config.mapping);
  const [rows, cols] = [matrixRows(shape), matrixCols(shape)];
  const analog = randomNormal([rows, cols], rng.child('w'), 0, 0.4) as tf.Tensor2D;
  const scales = tf.abs(randomNormal([grid.rowParts, cols], rng.child('s'))) as tf.Tensor2D;
  const bias = randomNormal([cols], rng.child('b'));
  return { shape, grid, config, weights: { analog, scales }, range, bias, masks, rng: rng.child('run') };
}

describe.skipIf(!native)('fused analog kernels (need the native engine)', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'native' });
  });

  for (const [name, shape, inputShape] of shapes) {
    for (const forward of Object.keys(forwards) as (keyof typeof forwards)[]) {
      test.each([undefined, 1.7])(`${name}, ${forward}: equals the reference, range %s`, (range) => {
        tf.tidy(() => {
          const call = callOf(shape, forward, range, true);
          const x = randomNormal(inputShape, createRng(6, 'x'));
          expect(canFuse(call)).toBe(true);
          const fused = fusedForward(x, call);
          const tiles = call.grid.places.map(() => ({
            io: call.config.forward,
            engine: 'rpu' as const,
            draws: {},
            memory: {},
          }));
          const reference = referenceForward(x, call, tiles);
          expect(fused.y.shape).toEqual(layerOutputShape(shape, inputShape));
          const error = tf.abs(tf.sub(fused.y, reference.y)).dataSync();
          // A sum that lies on a rounding tie may fall to either side: one ADC step in a few outputs.
          const far = error.filter((e) => e > 1e-4).length;
          expect(far).toBeLessThanOrEqual(Math.ceil(error.length * 0.002));
          const inside = reference.inside?.map((mask) => tf.sum(tf.cast(mask, 'float32')).dataSync()[0]!);
          const fusedInside = fused.inside?.map((mask) => tf.sum(tf.cast(mask, 'float32')).dataSync()[0]!);
          const everywhere = inside?.every((count) => count === fused.y.size) ?? true;
          if (everywhere) expect(fused.inside).toBeUndefined();
          else
            fusedInside!.forEach((count, i) => {
              expect(Math.abs(count - inside![i]!)).toBeLessThanOrEqual(2);
            });
          call.grid.dispose();
        });
      });
    }
  }
});
