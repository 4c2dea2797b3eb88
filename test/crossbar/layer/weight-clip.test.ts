import { beforeAll, describe, expect, it } from 'vitest';
import { AnalogLayer, type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { clipWeights } from '../../../src/crossbar/tile/clip-remap.js';
import { TileArray } from '../../../src/crossbar/tile/tile-array.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

const rng = createRng(6, 'weight-clip');
const shape = { kind: 'dense', inSize: 40, outSize: 6 } satisfies LayerShape;
const kernel = () => randomNormal([40, 6], rng.child('kernel'));

beforeAll(async () => {
  await useBackend();
});

describe('weight clipping of a layer', () => {
  it.each([
    { clip: { type: 'LayerGaussian', sigma: 1.5 } },
    { clip: { type: 'AverageChannelMax' }, mapping: { weightScalingColumnwise: false } },
    { clip: { type: 'FixedValue', fixedValue: 0.3 } },
    { clip: { type: 'LayerGaussian', sigma: 2, fixedValue: 0.5 }, mapping: { weightScalingOmega: 0 } },
  ] as const)('is that of its tiles: %o', ({ clip, ...other }) => {
    const mapping = {
      ...{ weightScalingOmega: 1, weightScalingColumnwise: true, maxInputSize: 16, maxOutputSize: 4 },
      ...('mapping' in other ? other.mapping : {}),
    };
    const config = resolveCrossbar({ clip, mapping });
    const layer = new AnalogLayer('layer', shape, config);
    const clipped = layer.clip(kernel());
    const array = new TileArray({ inputs: 40, outputs: 6, config, bias: false, rng });
    array.setWeights(kernel() as tf.Tensor2D);
    let changed = 0;
    array.places.forEach(({ rowStart, rowEnd, colStart, colEnd }, i) => {
      const { weights, mappingScales } = array.tiles[i]!;
      const expected = tf.mul(clipWeights(weights, config.clip, 'rpu'), mappingScales ?? 1);
      const own = tf.slice(clipped, [rowStart, colStart], [rowEnd - rowStart, colEnd - colStart]);
      expect(tf.max(tf.abs(tf.sub(own, expected))).dataSync()[0]).toBeLessThan(1e-6);
      changed += tf
        .sum(tf.cast(tf.notEqual(clipWeights(weights, config.clip, 'rpu'), weights), 'float32'))
        .dataSync()[0]!;
    });
    expect(changed).toBeGreaterThan(5);
  });
});

describe('weight remapping of a layer', () => {
  it.each([
    ['LayerwiseSymmetric', false],
    ['ChannelwiseSymmetric', true],
  ] as const)('%s is a mapping by the present largest weights', (type, weightScalingColumnwise) => {
    const noisy = {
      forward: { isPerfect: true },
      modifier: { type: 'AddNormal', stdDev: 0.1 },
      driftCompensation: null,
    };
    const remapped = resolveCrossbar({ ...noisy, remap: { type, remappedWmax: 0.5 } });
    const mapped = resolveCrossbar({ ...noisy, mapping: { weightScalingOmega: 0.5, weightScalingColumnwise } });
    const results = [remapped, mapped].map((config) => {
      const layer = new AnalogLayer('layer', shape, config);
      const x = randomNormal([3, 40], rng.child('x'));
      const trained = layer.hwaForward(x, kernel(), null, { inputRange: 1, rng });
      layer.program(kernel(), null, 1, rng);
      return [...trained.dataSync(), ...layer.forward(x, rng).dataSync()];
    });
    expect(results[0]).toEqual(results[1]);
  });
});
