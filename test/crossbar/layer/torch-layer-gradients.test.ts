import { beforeAll, describe, expect, it } from 'vitest';
import { AnalogLayer, type LayerShape, resolveCrossbar } from '../../../src/crossbar/index.js';
import { col2im } from '../../../src/crossbar/layer/col2im.js';
import { im2col } from '../../../src/crossbar/layer/im2col.js';
import { matrixOrder } from '../../../src/crossbar/layer/row-order.js';
import { TileArray } from '../../../src/crossbar/tile/tile-array.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';

const shape = {
  kind: 'conv2d',
  kernel: [3, 3],
  inChannels: 10,
  outChannels: 5,
  strides: [2, 1],
  padding: 'same',
  dilations: [1, 1],
} satisfies LayerShape;
const RANGE = 1.25;

/** Settings that let converters clip, scale or bend values, one by one. */
const settings = {
  plain: {},
  'a tight ADC': { outBound: 1, outRes: 1 / 126 },
  'a bound that float32 puts below its last step': { outBound: 12 / 16, outRes: 1 / 126 },
  'an ADC without steps': { outBound: 1, outRes: 0 },
  'a tight DAC': { inpBound: 0.5 },
  'a DAC without bound that still rounds': { inpBound: -1, inpRes: 0.1 },
  'an output scale': { outScale: 0.5 },
  'input asymmetry': { inpAsymmetry: 0.1 },
  'output asymmetry': { outAsymmetry: 0.1, outBound: 1 },
  'scaling by the largest input': { noiseManagement: 'AbsMax' },
  'the same with a cap': { noiseManagement: 'AbsMax', nmThres: 0.7 },
  'scaling by the largest value': { noiseManagement: 'Max' },
  'a constant scale': { noiseManagement: 'Constant', nmThres: 0.8 },
  'repetition of what clipped': { noiseManagement: 'AbsMax', boundManagement: 'Iterative', outBound: 1 },
} as const;

const rng = createRng(5, 'torch-layer-gradients');
const own = {
  inpRes: 1 / 30,
  outRes: 1 / 254,
  outBound: 20,
  outNoise: 0,
  noiseManagement: 'None',
  boundManagement: 'None',
};
const configOf = (forward: object, inputRange: object) =>
  resolveCrossbar({
    class: 'TorchInferenceRPUConfig',
    forward: { ...own, ...forward },
    mapping: { weightScalingOmega: 1, weightScalingColumnwise: true, maxInputSize: 40, maxOutputSize: 3 },
    prePost: { inputRange },
  });

describe.each(['native', 'cpu'] as const)('a layer on torch tiles has the gradients of its tiles, on %s', (backend) => {
  beforeAll(async () => {
    await useBackend({ backend });
  });

  it.each(Object.entries(settings))('%s', (_, forward) => {
    for (const inputRange of [
      { enable: false },
      { enable: true, learnInputRange: false, initFromData: 0, initValue: RANGE },
    ]) {
      const config = configOf(forward, inputRange);
      const x = randomNormal([3, 6, 5, 10], rng.child('x')) as tf.Tensor4D;
      const kernel = randomNormal([3, 3, 10, 5], rng.child('kernel'), 0, 0.2);
      const layer = new AnalogLayer('layer', shape, config);
      const dy = randomNormal([3, 3, 5, 5], rng.child('dy'));
      const run = (input: tf.Tensor, weights: tf.Tensor) =>
        layer.hwaForward(input, weights, null, { inputRange: RANGE, rng: rng.child('step') });
      const [dx, dKernel] = tf.grads(run)([x, kernel], dy);

      const array = new TileArray({ inputs: 90, outputs: 5, config, bias: false, rng: rng.child('array') });
      const scaled = array.places.map(({ rowStart, rowEnd, colStart, colEnd }, i) => {
        const logical = tf.slice(
          matrixOrder.fromKernel(kernel, shape),
          [rowStart, colStart],
          [rowEnd - rowStart, colEnd - colStart],
        );
        array.tiles[i]!.setWeights(logical);
        return array.tiles[i]!.mappingScales!;
      });
      const y = array.forward(im2col(x, shape), { train: true, rng: rng.child('step') });
      expectClose(run(x, kernel), tf.reshape(y, dy.shape));
      const ofArray = array.backward(tf.reshape(dy, [-1, 5]) as tf.Tensor2D, rng);
      expectClose(dx!, col2im(ofArray.dx, shape, x.shape));
      // Gradients of analog weights are those of logical ones over the scale.
      const columns = ofArray.tiles.map(({ weights }, i) => tf.mul(weights, scaled[i]!));
      const rows = Array.from({ length: columns.length / 2 }, (_, part) =>
        tf.concat(columns.slice(2 * part, 2 * part + 2), 1),
      );
      expectClose(dKernel!, matrixOrder.toKernel(tf.concat(rows, 0) as tf.Tensor2D, shape));
      layer.dispose();
      array.dispose();
    }
  });
});

function expectClose(actual: tf.Tensor, expected: tf.Tensor): void {
  const [largest, difference] = tf.tidy(() => [
    tf.max(tf.abs(expected)).dataSync()[0]!,
    tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]!,
  ]) as unknown as [number, number];
  expect(largest).toBeGreaterThan(0);
  expect(difference / largest).toBeLessThan(2e-5);
}
