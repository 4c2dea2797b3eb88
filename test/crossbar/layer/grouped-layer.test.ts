import { beforeAll, expect, it } from 'vitest';
import { AnalogLayer, type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

const CHANNELS = 12;
// Tiles of 16 x 4: most of them lie between channels and outputs that are not connected.
const crossbar = {
  mapping: { weightScalingOmega: 1, maxInputSize: 16, maxOutputSize: 4 },
  forward: { outNoise: 0.5, inpRes: -1, outRes: -1, outBound: -1, noiseManagement: 'None', boundManagement: 'None' },
  modifier: { type: 'AddNormal', stdDev: 0.1 },
  noiseModel: { class: 'PCMLikeNoiseModel', progNoiseScale: 0, readNoiseScale: 0, driftScale: 0 },
  driftCompensation: null,
};
const rng = createRng(4, 'grouped');
const shape = (groups: number): LayerShape => ({
  ...{ kind: 'conv2d', kernel: [1, 1], inChannels: CHANNELS, outChannels: CHANNELS },
  ...{ strides: [1, 1], padding: 'same', dilations: [1, 1], groups },
});
const identity = () => tf.reshape(tf.eye(CHANNELS), [1, 1, CHANNELS, CHANNELS]);

beforeAll(async () => {
  await useBackend();
});

/** Variance of the output noise over many positions, by its ratio to that of one tile. */
function noiseInForward(layer: AnalogLayer): number {
  return tf.tidy(() => {
    const y = layer.forward(tf.zeros([1, 64, 64, CHANNELS]), rng);
    return tf.div(tf.mean(tf.square(y)), 0.5 ** 2).dataSync()[0]!;
  }) as unknown as number;
}

it('columns that a tile does not connect add nothing to the sum', () => {
  const config = resolveCrossbar({ ...crossbar, mapping: { ...crossbar.mapping, maxInputSize: 4 } });
  for (const [groups, tilesPerOutput] of [
    [1, 3],
    [2, 2],
    [CHANNELS, 1],
  ] as const) {
    const layer = new AnalogLayer('layer', shape(groups), config);
    layer.program(identity(), null, 1, rng);
    const samples = 64 * 64 * CHANNELS;
    // With two groups of six channels, tiles of four rows serve one group or both: 2 of 3 for each output.
    const standardError = tilesPerOutput * Math.sqrt(2 / samples);
    // The mapping scale of a tile of zeros is 1, as that of one with ones in it.
    expect(Math.abs(noiseInForward(layer) - tilesPerOutput)).toBeLessThan(5 * standardError);
  }
});

it('in training neither, forward and backward', () => {
  const config = resolveCrossbar({
    ...crossbar,
    mapping: { ...crossbar.mapping, maxInputSize: 4 },
    forward: { isPerfect: true },
  });
  const layer = new AnalogLayer('layer', shape(CHANNELS), config);
  const x = randomNormal([1, 4, 4, CHANNELS], rng.child('x'));
  const run = (input: tf.Tensor) => layer.hwaForward(input, identity(), null, { inputRange: 1, rng });
  // What tiles beyond the diagonal hold is noise around zero: without them, outputs see the inputs of their own tile alone.
  for (const group of [0, 1, 2]) {
    const own = tf.tensor1d(Array.from({ length: CHANNELS }, (_, c) => (Math.floor(c / 4) === group ? 1 : 0)));
    const [whole, part] = [run(x), run(tf.mul(x, own))];
    const difference = tf.mul(tf.sub(whole, part), own);
    expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-6);
    const dx = tf.grad((input) => tf.sum(tf.mul(run(input), own)))(x);
    expect(tf.max(tf.abs(tf.mul(dx, tf.sub(1, own)))).dataSync()[0]).toBe(0);
    expect(tf.min(tf.abs(tf.slice(tf.mean(dx, [0, 1, 2]), [4 * group], [4]))).dataSync()[0]).toBeGreaterThan(0.5);
  }
});
