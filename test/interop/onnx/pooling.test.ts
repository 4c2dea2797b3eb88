import { beforeAll, describe, expect, it } from 'vitest';
import { tf, useBackend } from '../../../src/tensor/index.js';
import { expectValues, floats, int, ints, node, predict, read, text, whole } from './small-networks.js';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

/** A pool of one channel over the numbers 1, 2, 3, ... row by row; the values expected below are onnxruntime's. */
function pool(op: string, size: number, kernel: number, ...attributes: Readonly<Record<string, unknown>>[]): tf.Tensor {
  const fields = [ints('kernel_shape', kernel, kernel), ints('strides', 2, 2), ...attributes];
  const network = read(['n', 1, size, size], [node(op, ['x'], 'y', ...fields)], {}, 19);
  return predict(network, tf.reshape(tf.range(1, size * size + 1), [size, size, 1]));
}

const ceil = int('ceil_mode', 1);
const counted = int('count_include_pad', 1);

describe('pools with ceil_mode leave out windows that start behind the image', () => {
  it('a MaxPool with padding', () => {
    const found = pool('MaxPool', 5, 2, ceil, ints('pads', 1, 1, 1, 1));
    expectValues(found, [3, 3, 1], [1, 3, 5, 11, 13, 15, 21, 23, 25]);
  });

  it('an AveragePool with padding, counted or not', () => {
    const pads = ints('pads', 1, 1, 1, 1);
    expectValues(pool('AveragePool', 5, 2, ceil, pads), [3, 3, 1], [1, 2.5, 4.5, 8.5, 10, 12, 18.5, 20, 22]);
    const whole = [0.25, 1.25, 2.25, 4.25, 10, 12, 9.25, 20, 22];
    expectValues(pool('AveragePool', 5, 2, ceil, pads, counted), [3, 3, 1], whole);
  });

  it('an AveragePool of single pixels', () => {
    expectValues(pool('AveragePool', 6, 1, ceil), [3, 3, 1], [1, 3, 5, 13, 15, 17, 25, 27, 29]);
  });

  it('but keep those that start in it', () => {
    expectValues(pool('MaxPool', 6, 3, ceil), [3, 3, 1], [15, 17, 18, 27, 29, 30, 33, 35, 36]);
    expectValues(pool('MaxPool', 2, 3, ceil), [1, 1, 1], [4]);
  });
});

describe('AveragePool', () => {
  it('counts the padding of auto_pad, too', () => {
    expectValues(pool('AveragePool', 4, 3, text('auto_pad', 'SAME_UPPER'), counted), [2, 2, 1], [6, 5, 8, 6]);
    const lower = [14 / 9, 30 / 9, 57 / 9, 11];
    expectValues(pool('AveragePool', 4, 3, text('auto_pad', 'SAME_LOWER'), counted), [2, 2, 1], lower);
  });

  it('is refused with dilations, as MaxPool is', () => {
    const dilated = ints('dilations', 2, 2);
    expect(() => pool('AveragePool', 6, 2, dilated)).toThrow(/node "y" \(AveragePool\): dilated pooling/);
    expect(() => pool('MaxPool', 6, 2, dilated)).toThrow(/node "y" \(MaxPool\): dilated pooling/);
  });
});

describe('a Pad before a MaxPool', () => {
  it('of minus infinity never wins, and leaves a graph that is valid JSON', () => {
    const nodes = [
      node('Pad', ['x', 'pads', 'value'], 'p'),
      node('MaxPool', ['p'], 'y', ints('kernel_shape', 3, 3), ints('strides', 2, 2)),
    ];
    const pads = whole(0, 0, 1, 1, 0, 0, 1, 1);
    const network = read(['n', 1, 3, 3], nodes, { pads, value: floats([], Number.NEGATIVE_INFINITY) });
    const restored = { ...network, graph: JSON.parse(JSON.stringify(network.graph)) as typeof network.graph };
    const x = tf.tensor3d([-1, -2, -3, -4, -5, -6, -7, -8, -9], [3, 3, 1]);
    expectValues(predict(restored, x), [2, 2, 1], [-1, -2, -4, -5]);
  });

  it('pads the axes that it lists, from opset 18 on', () => {
    const { graph } = read(
      ['n', 3, 6, 5],
      [node('Pad', ['x', 'pads', '', 'axes'], 'y')],
      { pads: whole(1, 2, 0, 3), axes: whole(3, -2) },
      18,
    );
    expect(graph.nodes.find(({ op }) => op === 'pad')).toMatchObject({
      padding: [
        [2, 3],
        [1, 0],
        [0, 0],
      ],
    });
    expect(() =>
      read(['n', 3, 6], [node('Pad', ['x', 'pads', '', 'axes'], 'y')], { pads: whole(1, 2, 0, 3), axes: whole(1) }, 18),
    ).toThrow(/\(Pad\): 1 axes need 2 pads, got 4/);
  });
});
