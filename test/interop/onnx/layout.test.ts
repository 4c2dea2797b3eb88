import { beforeAll, describe, expect, it } from 'vitest';
import { tf, useBackend } from '../../../src/tensor/index.js';
import { expectValues, floats, int, ints, node, predict, read, whole } from './small-networks.js';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

const sizes: Readonly<Record<string, number>> = { h: 2, w: 3, c: 2 };

/** An image whose pixel (h, w) has the value 100 c + 10 h + w in channel c, its axes in the order that is named. */
function image(order: string): tf.Tensor {
  const [first, second, third] = [...order] as [string, string, string];
  const range = (axis: string) => Array.from({ length: sizes[axis]! }, (_, i) => i);
  const value = (at: Readonly<Record<string, number>>) => 100 * at.c! + 10 * at.h! + at.w!;
  const values = range(first).map((i) =>
    range(second).map((j) => range(third).map((k) => value({ [first]: i, [second]: j, [third]: k }))),
  );
  return tf.tensor3d(values);
}

/** A convolution that changes nothing. */
const eye = floats([2, 2, 1, 1], 1, 0, 0, 1);
const conv = (from: string, to: string) => node('Conv', [from, 'eye'], to);
const turn = (from: string, to: string, ...perm: number[]) => node('Transpose', [from], to, ints('perm', ...perm));
const channelsFirst = ['n', 2, 2, 3];
const channelsLast = ['n', 2, 3, 2];

describe('an output of four axes', () => {
  it.each([
    ['[n, c, h, w] becomes channels last', [0, 1, 2, 3], 'hwc'],
    ['[n, c, w, h] becomes channels last', [0, 1, 3, 2], 'whc'],
    ['[n, h, w, c] stays', [0, 2, 3, 1], 'hwc'],
    ['[n, w, h, c] stays', [0, 3, 2, 1], 'whc'],
    ['[n, h, c, w] stays', [0, 2, 1, 3], 'hcw'],
  ])('%s behind a Transpose', (_, perm, order) => {
    const network = read(channelsFirst, [conv('x', 'a'), turn('a', 'b', ...perm), node('Relu', ['b'], 'y')], { eye });
    const wanted = image(order);
    expectValues(predict(network, image('hwc')), wanted.shape, [...wanted.dataSync()]);
  });

  it('becomes channels last where a Reshape made it, too', () => {
    const identity = [...tf.eye(12).dataSync()];
    const nodes = [
      node('Flatten', ['x'], 'a'),
      node('Gemm', ['a', 'kernel'], 'b'),
      node('Reshape', ['b', 'shape'], 'y'),
    ];
    const network = read(channelsFirst, nodes, { kernel: floats([12, 12], ...identity), shape: whole(0, 2, 2, 3) });
    expectValues(predict(network, image('hwc')), [2, 3, 2], [...image('hwc').dataSync()]);
  });

  it('is as it was where the network turns channels to the front and back, or does not turn them back', () => {
    const there = [turn('x', 'a', 0, 3, 1, 2), conv('a', 'b')];
    const back = read(channelsLast, [...there, turn('b', 'y', 0, 2, 3, 1)], { eye });
    const notBack = read(channelsLast, [...there, node('Relu', ['b'], 'y')], { eye });
    for (const network of [back, notBack]) {
      expectValues(predict(network, image('hwc')), [2, 3, 2], [...image('hwc').dataSync()]);
    }
  });

  it('has its channels last where they are all that is left', () => {
    const network = read(channelsFirst, [node('GlobalAveragePool', ['x'], 'y')]);
    expectValues(predict(network, image('hwc')), [1, 1, 2], [6, 106]);
  });
});

describe('the order of the input is found', () => {
  const factor = { eye, c: floats([], 2) };
  const doubled = [...tf.mul(image('hwc'), 2).dataSync()];

  it('where it stands second', () => {
    const scaled = read(channelsFirst, [node('Mul', ['c', 'x'], 'a'), conv('a', 'y')], factor);
    expectValues(predict(scaled, image('hwc')), [2, 3, 2], doubled);
    const negated = read(channelsFirst, [node('Sub', ['c', 'x'], 'a'), conv('a', 'y')], factor);
    expectValues(predict(negated, image('hwc')), [2, 3, 2], [...tf.sub(2, image('hwc')).dataSync()]);
    const sequence = read(['n', 2, 5], [node('Mul', ['c', 'x'], 'a'), conv('a', 'y')], {
      c: floats([], 2),
      eye: floats([2, 2, 1], 1, 0, 0, 1),
    });
    expect(sequence.graph.nodes[0]).toMatchObject({ shape: [5, 2] });
  });

  it('behind arithmetic before the Transpose to channels first', () => {
    const nodes = [
      node('Mul', ['x', 'c'], 'a'),
      node('Constant', [], 'zero', { name: 'value_float', type: 1, f: 0 }),
      node('Add', ['zero', 'a'], 'b'),
      turn('b', 'd', 0, 3, 1, 2),
      conv('d', 'y'),
    ];
    const network = read(channelsLast, nodes, factor);
    expect(network.graph.nodes.some(({ op }) => op === 'transpose')).toBe(false);
    expectValues(predict(network, image('hwc')), [2, 3, 2], doubled);
  });

  it('where the Reshape of a single channel does the turning', () => {
    const nodes = [node('Mul', ['x', 'c'], 'a'), node('Reshape', ['a', 'shape'], 'b'), conv('b', 'y')];
    const weights = { c: floats([], 2), eye: floats([1, 1, 1, 1], 1), shape: whole(-1, 1, 2, 3) };
    const x = tf.tensor3d([1, 2, 3, 4, 5, 6], [2, 3, 1]);
    expectValues(predict(read(['n', 2, 3, 1], nodes, weights), x), [2, 3, 1], [2, 4, 6, 8, 10, 12]);
  });

  it('where the input is read for its size as well', () => {
    const nodes = [
      node('Shape', ['x'], 'all'),
      node('Gather', ['all', 'first'], 'size', int('axis', 0)),
      turn('x', 'a', 0, 3, 1, 2),
      conv('a', 'b'),
      node('Concat', ['size', 'rest'], 'target', int('axis', 0)),
      node('Reshape', ['b', 'target'], 'y'),
    ];
    const network = read(channelsLast, nodes, { eye, first: whole(0), rest: whole(-1) });
    expect(network.graph.nodes[0]).toMatchObject({ shape: [2, 3, 2] });
  });
});
