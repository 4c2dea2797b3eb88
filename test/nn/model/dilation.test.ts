import { beforeAll, describe, expect, it } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import { GraphBuilder, Model, type NetworkGraph, type Wire } from '../../../src/nn/index.js';
import { createRng, randomNormal, tf, useBackend } from '../../../src/tensor/index.js';
import { nativeAvailable } from '../../tensor/support.js';
import { slope } from './slope.js';

const rng = createRng(17);
const ideal = resolveCrossbar('ideal');
const around = [
  [1, 2],
  [0, 1],
] as const;

/** Convolutions with gaps between their taps, most of them with strides as well. */
const layers: Record<string, (image: Wire) => Wire> = {
  'a dilated convolution': (image) => image.conv2d({ filters: 3, kernel: 3, dilations: 2 }),
  'a dilated, strided convolution': (image) => image.conv2d({ filters: 3, kernel: 3, dilations: 2, strides: 2 }),
  'one with explicit padding': (image) =>
    image.conv2d({ filters: 3, kernel: [2, 3], dilations: [3, 1], strides: [1, 2], padding: around }),
  'a grouped one': (image) =>
    image.conv2d({ filters: 6, kernel: 2, groups: 2, dilations: [2, 3], strides: [3, 2], padding: 'valid' }),
  'a dilated depthwise convolution': (image) => image.depthwiseConv2d({ kernel: 3, dilations: [2, 1], multiplier: 2 }),
  'a dilated, strided depthwise convolution': (image) =>
    image.depthwiseConv2d({ kernel: 3, dilations: 2, strides: [2, 1], padding: around }),
};

function network(layer: (image: Wire) => Wire): NetworkGraph {
  const builder = new GraphBuilder('dilated', [9, 8, 4]);
  return builder.build(layer(builder.input).batchNorm().relu());
}

/** The convolution in front of the batch norm, value by value. */
function byHand(model: Model, x: tf.Tensor): Float32Array {
  const node = model.graph.nodes[1]!;
  if (node.op !== 'conv2d' && node.op !== 'depthwiseConv2d') throw new Error('no convolution');
  const depthwise = node.op === 'depthwiseConv2d';
  const [kernel, bias] = ['kernel', 'bias'].map((name) => model.exportWeights()[`${node.id}/${name}`]!);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [kh, kw, perGroup, last] = kernel!.shape as [number, number, number, number];
  const groups = depthwise ? channels : node.groups;
  const outputs = depthwise ? channels * node.multiplier : node.filters;
  const axes = [0, 1].map((axis) => {
    const size = x.shape[axis + 1]!;
    const stride = node.strides[axis]!;
    const reach = (node.kernel[axis]! - 1) * node.dilations[axis]! + 1;
    if (node.padding !== 'same') {
      const [before, after] = node.padding === 'valid' ? [0, 0] : node.padding[axis]!;
      return { before, count: Math.floor((size + before + after - reach) / stride) + 1 };
    }
    const count = Math.ceil(size / stride);
    return { before: Math.floor(Math.max(0, (count - 1) * stride + reach - size) / 2), count };
  });
  const [rows, columns] = axes as [(typeof axes)[0], (typeof axes)[0]];
  const image = x.dataSync();
  const result: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows.count; i++) {
      for (let j = 0; j < columns.count; j++) {
        for (let output = 0; output < outputs; output++) {
          const group = Math.floor((output * groups) / outputs);
          let sum = bias!.data[output]!;
          for (let p = 0; p < kh; p++) {
            for (let q = 0; q < kw; q++) {
              const row = i * node.strides[0] + p * node.dilations[0] - rows.before;
              const column = j * node.strides[1] + q * node.dilations[1] - columns.before;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              for (let c = 0; c < channels / groups; c++) {
                const pixel = ((b * height + row) * width + column) * channels + (group * channels) / groups + c;
                const at = depthwise ? output : c * last + output;
                sum += image[pixel]! * kernel!.data[(p * kw + q) * perGroup * last + at]!;
              }
            }
          }
          result.push(sum);
        }
      }
    }
  }
  return Float32Array.from(result);
}

/** What the batch norm at its initial values and the ReLU make of a convolution. */
function normed(values: Float32Array): Float32Array {
  return values.map((value) => Math.max(0, value / Math.sqrt(1 + 1e-5)));
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

describe.each(['cpu', 'wasm', ...(nativeAvailable ? (['native'] as const) : [])] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend({ backend });
  });

  it.each(Object.entries(layers))('%s is the same in all modes', (name, layer) => {
    const before = tf.memory().numTensors;
    const model = Model.create(network(layer), rng.child(name));
    const x = randomNormal([2, 9, 8, 4], rng.child('x'));
    const expected = normed(byHand(model, x));
    const ranges = model.calibrateInputRanges([x], { method: 'Max' });
    model.enableHwa(ideal, ranges);
    const analog = model.toAnalog(ideal);
    analog.program(rng.child('program'));
    const results = [
      model.predict(x),
      model.forward(x, { mode: 'hwa', rng: rng.child('hwa') }),
      analog.predict(x, rng.child('read')),
    ];
    for (const result of results) expect(worst(result.dataSync(), expected)).toBeLessThan(1e-4);
    tf.dispose([results, x]);
    analog.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(Object.entries(layers))('%s has the gradient that finite differences give', (name, layer) => {
    const model = Model.create(network(layer), rng.child(name));
    model.enableHwa(ideal, {});
    const kernel = model.trainable()[0]!;
    const x = randomNormal([2, 9, 8, 4], rng.child('x'));
    const direction = randomNormal(kernel.shape, rng.child('direction'));
    for (const mode of ['digital', 'hwa'] as const) {
      const objective = () => tf.sum(tf.square(model.forward(x, { mode, rng }))) as tf.Scalar;
      const { value, grads } = tf.variableGrads(objective, [kernel]);
      const expected = tf.tidy(() => tf.sum(tf.mul(grads[kernel.name]!, direction)).dataSync()[0]!);
      const measured = slope(kernel, direction, () => tf.tidy(() => objective().dataSync()[0]!));
      expect(Math.abs(measured - expected), mode).toBeLessThan(0.02 * Math.abs(expected) + 0.02);
      tf.dispose([value, grads]);
    }
    tf.dispose([x, direction]);
    model.dispose();
  });
});
