import { beforeAll, describe, expect, test } from 'vitest';
import { type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { LayerGrid } from '../../../src/crossbar/layer/layer-grid.js';
import { matrixCols, matrixRows } from '../../../src/crossbar/layer/layer-shape.js';
import { canFuseWeights, noisyWeights, referenceWeights } from '../../../src/crossbar/layer/noisy-weights.js';
import { createRng, hasNoisyWeights, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

const native = await useBackend({ backend: 'native' }).then(
  () => hasNoisyWeights(),
  () => false,
);

const shapes: readonly (readonly [string, LayerShape])[] = [
  ['dense', { kind: 'dense', inSize: 90, outSize: 33 }],
  ['3x3', convolution(7, 12)],
  ['3x3, several tiles', convolution(37, 70)],
];

const settings = [
  { relToActualWmax: true, columnwise: false },
  { relToActualWmax: true, columnwise: true },
  { relToActualWmax: false, columnwise: false },
];

describe.skipIf(!native)('fused weights of a training step (need the native engine)', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'native' });
  });

  for (const [name, shape] of shapes) {
    test.each(settings)(`${name}: equal the reference, %o`, ({ relToActualWmax, columnwise }) => {
      tf.tidy(() => {
        const config = resolveCrossbar({
          mapping: {
            weightScalingOmega: 0.8,
            weightScalingColumnwise: columnwise,
            maxInputSize: 64,
            maxOutputSize: 32,
          },
          modifier: { type: 'AddNormal', stdDev: 0.06, relToActualWmax, assumedWmax: 1.3 },
        });
        const grid = new LayerGrid(shape, config.mapping);
        const layer = { shape, grid, config };
        const size: [number, number] = [matrixRows(shape), matrixCols(shape)];
        const logical = randomNormal(size, createRng(3, name), 0, 0.2) as tf.Tensor2D;
        expect(canFuseWeights(config)).toBe(true);
        const fused = noisyWeights(logical, layer, createRng(4, 'step'));
        const reference = referenceWeights(logical, layer, createRng(4, 'step'));
        for (const part of ['analog', 'scales', 'logical'] as const) {
          expect(fused[part].shape).toEqual(reference[part].shape);
          expect(tf.max(tf.abs(tf.sub(fused[part], reference[part]))).dataSync()[0]).toBeLessThan(2e-6);
        }
        grid.dispose();
      });
    });
  }
});

function convolution(inChannels: number, outChannels: number): LayerShape {
  return {
    kind: 'conv2d',
    kernel: [3, 3],
    inChannels,
    outChannels,
    strides: [1, 1],
    padding: 'same',
    dilations: [1, 1],
  };
}
