import { beforeAll, describe, expect, it } from 'vitest';
import { tf, useBackend } from '../../../src/tensor/index.js';
import type { OnnxTensor } from './encode-graph.js';
import { expectValues, floats, int, node, predict, read, whole } from './small-networks.js';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe('Softmax before opset 13 runs over all axes from its axis on', () => {
  /** Two channels of 2 x 2 pixels: 0, 1, ... 7 over 4 in ONNX' order. */
  const x = tf.transpose(tf.reshape(tf.div(tf.range(0, 8), 4), [2, 2, 2]), [1, 2, 0]);
  const softmax = (opset: number, ...axis: number[]) =>
    predict(read(['n', 2, 2, 2], [node('Softmax', ['x'], 'y', ...axis.map((i) => int('axis', i)))], {}, opset), x);
  /** exp(i / 4) over the sum of those of `values`, by hand. */
  const share = (i: number, values: readonly number[]) =>
    Math.exp(i / 4) / values.reduce((sum, value) => sum + Math.exp(value / 4), 0);
  const order = [0, 4, 1, 5, 2, 6, 3, 7];

  it('over all of a sample where none is named', () => {
    expectValues(
      softmax(12),
      [2, 2, 2],
      order.map((i) => share(i, [0, 1, 2, 3, 4, 5, 6, 7])),
    );
  });

  it('over the pixels of each channel from the third axis on', () => {
    expectValues(
      softmax(12, 2),
      [2, 2, 2],
      order.map((i) => share(i, i < 4 ? [0, 1, 2, 3] : [4, 5, 6, 7])),
    );
  });

  it('but over the axis alone from opset 13 on, or where no other follows', () => {
    expectValues(
      softmax(13, 1),
      [2, 2, 2],
      order.map((i) => share(i, [i % 4, 4 + (i % 4)])),
    );
    const pooled = [node('GlobalAveragePool', ['x'], 'a'), node('Softmax', ['a'], 'y')];
    const { graph } = read(['n', 2, 2, 2], pooled, {}, 12);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['input', 'globalAvgPool', 'softmax', 'reshape']);
  });
});

describe('stored tensors', () => {
  const shape = [4];
  const raw = (...bytes: number[]) => Uint8Array.from(bytes);
  it.each<[string, OnnxTensor, number[]]>([
    ['bfloat16', { shape, type: 'bfloat16', values: [0x3f80, 0xc040, 0x3e00, 0x4120] }, [1, -3, 0.125, 10]],
    [
      'bfloat16 as bytes',
      { shape, type: 'bfloat16', values: [], raw: raw(0x80, 0x3f, 0x40, 0xc0, 0, 0x3e, 0x20, 0x41) },
      [1, -3, 0.125, 10],
    ],
    ['int8', { shape, type: 'int8', values: [-128, -1, 0, 127] }, [-128, -1, 0, 127]],
    ['int8 as bytes', { shape, type: 'int8', values: [], raw: raw(128, 255, 0, 127) }, [-128, -1, 0, 127]],
    ['uint8', { shape, type: 'uint8', values: [255, 1, 0, 128] }, [255, 1, 0, 128]],
    ['uint8 as bytes', { shape, type: 'uint8', values: [], raw: raw(255, 1, 0, 128) }, [255, 1, 0, 128]],
  ])('may be %s', (_, c, values) => {
    const nodes = [node('Cast', ['c'], 'f', int('to', 1)), node('Mul', ['x', 'f'], 'y')];
    expectValues(predict(read(['n', 4], nodes, { c }), [1, 1, 1, 1]), [4], values);
  });
});

describe('limits and shapes', () => {
  it('Clip takes infinite limits and leaves a graph that is valid JSON', () => {
    const clip = (min: number, max: number) => {
      const nodes = [node('Clip', ['x', 'min', 'max'], 'y')];
      const network = read(['n', 3], nodes, { min: floats([], min), max: floats([], max) });
      const graph = JSON.parse(JSON.stringify(network.graph)) as typeof network.graph;
      return predict({ ...network, graph }, [-1e30, 0.5, 1e30]);
    };
    expectValues(clip(Number.NEGATIVE_INFINITY, 1), [3], [Math.fround(-1e30), 0.5, 1]);
    expectValues(clip(0, Number.POSITIVE_INFINITY), [3], [0, 0.5, Math.fround(1e30)]);
  });

  it('Flatten counts its axis from the end, too', () => {
    const flat = (axis: number) => read(['n', 3, 2, 2], [node('Flatten', ['x'], 'y', int('axis', axis))]).graph;
    expect(flat(-3).nodes).toEqual(flat(1).nodes);
    expect(() => flat(-2)).toThrow(/\(Flatten\): only flattening all but the first axis/);
  });

  it('Reshape of a constant copies the sizes that are 0', () => {
    const nodes = [node('Reshape', ['c', 'shape'], 'r'), node('Add', ['x', 'r'], 'y')];
    const network = read(['n', 2, 1, 3], nodes, { c: floats([2, 3], 1, 2, 3, 4, 5, 6), shape: whole(0, 1, -1) });
    expectValues(predict(network, tf.zeros([1, 3, 2])), [1, 3, 2], [1, 4, 2, 5, 3, 6]);
  });
});
