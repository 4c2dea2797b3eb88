import { beforeAll, describe, expect, it } from 'vitest';
import { tf, useBackend } from '../../../src/tensor/index.js';
import { expectValues, floats, int, ints, node, predict, read, text, texts, whole } from './small-networks.js';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

/** A recurrent layer of one unit over two steps of one feature, as it stands in a file. */
function recurrent(op: 'LSTM' | 'GRU', direction: string, ...attributes: Readonly<Record<string, unknown>>[]) {
  const directions = direction === 'bidirectional' ? 2 : 1;
  const gates = op === 'LSTM' ? 4 : 3;
  const matrix = floats([directions, gates, 1], ...Array.from({ length: directions * gates }, (_, i) => 0.3 - 0.2 * i));
  const own = [int('hidden_size', 1), text('direction', direction), ...attributes];
  const layer = { opType: op, name: 'memory', input: ['x', 'w', 'r'], output: ['', 'h'], attribute: own };
  const order = node('Transpose', ['h'], 't', ints('perm', 1, 0, 2));
  return read([2, 'batch', 1], [layer, order, node('Flatten', ['t'], 'y')], { w: matrix, r: matrix });
}

describe('activations of recurrent layers', () => {
  it.each([
    ['LSTM', 'forward', ['Sigmoid', 'Tanh', 'Tanh']],
    ['LSTM', 'bidirectional', ['sigmoid', 'tanh', 'TANH', 'Sigmoid', 'Tanh', 'Tanh']],
    ['GRU', 'reverse', ['Sigmoid', 'Tanh']],
    ['GRU', 'bidirectional', ['Sigmoid', 'Tanh', 'Sigmoid', 'Tanh']],
  ] as const)('a %s, %s, may list those that it has in any case', (op, direction, names) => {
    const x = tf.tensor2d([[0.5], [-1]]);
    const plain = predict(recurrent(op, direction), x);
    const listed = predict(recurrent(op, direction, texts('activations', ...names)), x);
    expectValues(listed, plain.shape, [...plain.dataSync()]);
  });

  it.each([
    ['LSTM', 'forward', ['HardSigmoid', 'Tanh', 'Tanh']],
    ['LSTM', 'forward', ['Sigmoid', 'Relu', 'Relu']],
    ['LSTM', 'bidirectional', ['Sigmoid', 'Tanh', 'Tanh']],
    ['GRU', 'forward', ['Sigmoid', 'Softsign']],
  ] as const)('a %s, %s, of %s is refused by name', (op, direction, names) => {
    const message = new RegExp(
      `node "memory" \\(${op}\\): only the default activations \\(sigmoid,tanh.*\\) are supported, got ${names.join()}`,
    );
    expect(() => recurrent(op, direction, texts('activations', ...names))).toThrow(message);
  });
});

describe('attributes that nobody asks for', () => {
  it('are refused by the name of the node', () => {
    const shifted = [node('Add', ['x', 'c'], 'y', int('broadcast', 1), int('axis', 1))];
    expect(() => read(['n', 2, 2], shifted, { c: floats([2], 1, 2) }, 6)).toThrow(
      /node "y" \(Add\): attributes that are not supported: axis/,
    );
    expect(() => read(['n', 3], [node('Relu', ['x'], 'y', { name: 'body', type: 5 })])).toThrow(
      /\(Relu\): attributes that are not supported: body/,
    );
  });

  it('are passed over where they change nothing of a prediction', () => {
    const nodes = [
      node('MaxPool', ['x'], 'a', ints('kernel_shape', 2, 2), int('storage_order', 0), text('auto_pad', 'VALID')),
      node('Dropout', ['a'], 'y', int('seed', 7)),
    ];
    expectValues(predict(read(['n', 1, 2, 2], nodes), tf.tensor3d([1, 4, 3, 2], [2, 2, 1])), [1, 1, 1], [4]);
    const padded = [
      node('MaxPool', ['x'], 'y', ints('kernel_shape', 2, 2), text('auto_pad', 'VALID'), ints('pads', 0, 0, 0, 0)),
    ];
    expect(() => read(['n', 1, 2, 2], padded)).not.toThrow();
  });

  it('and attributes of another type than the operation has are refused', () => {
    const turned = [node('Transpose', ['x'], 'y', { name: 'perm', type: 13 })];
    expect(() => read(['n', 2, 3], turned)).toThrow(/\(Transpose\): its attribute "perm" is of a type/);
    const named = [node('Softmax', ['x'], 'y', text('axis', 'last'))];
    expect(() => read(['n', 3], named)).toThrow(/\(Softmax\): its attribute "axis" is of a type/);
  });
});

describe('attributes that change what an operation computes', () => {
  it("Gelu's approximation by tanh is computed as onnxruntime does", () => {
    const gelu = read(['n', 6], [node('Gelu', ['x'], 'y', text('approximate', 'tanh'))], {}, 20);
    expectValues(
      predict(gelu, [-3, -1, -0.5, 0.5, 1, 3]),
      [6],
      [-0.00363752, -0.15880796, -0.154286, 0.345714, 0.841192, 2.9963627],
    );
    expect(() => read(['n', 6], [node('Gelu', ['x'], 'y', text('approximate', 'fast'))], {}, 20)).toThrow(
      /\(Gelu\): approximate "fast" is not known/,
    );
  });

  it('Shape gives the part from start to end', () => {
    const nodes = [
      node('Shape', ['x'], 's', int('start', -4), int('end', -2)),
      node('Concat', ['s', 'rest'], 'target', int('axis', 0)),
      node('Reshape', ['x', 'target'], 'y'),
    ];
    const { graph } = read(['n', 2, 3, 4], nodes, { rest: whole(-1) }, 15);
    expect(graph.nodes.at(-1)).toMatchObject({ op: 'reshape', shape: [2, 12] });
  });

  it('BatchNormalization that trains is refused', () => {
    const vectors = { s: floats([2], 1, 1), b: floats([2], 0, 0), m: floats([2], 0, 0), v: floats([2], 1, 1) };
    const norm = (mode: number) =>
      read(
        ['n', 2],
        [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y', int('training_mode', mode))],
        vectors,
        14,
      );
    expect(() => norm(1)).toThrow(/\(BatchNormalization\): training_mode is not supported/);
    expect(() => norm(0)).not.toThrow();
  });

  it('Gemm with a value for each sample is refused, also where there are as many outputs', () => {
    const eye = floats([2, 2], 1, 0, 0, 1);
    const gemm = (...shape: number[]) =>
      read([2, 2], [node('Gemm', ['x', 'w', 'c'], 'y')], { w: eye, c: floats(shape, 10, 20) });
    expect(() => gemm(2, 1)).toThrow(/\(Gemm\): the bias must have 1 or 2 values on its last axis, got 2 x 1/);
    expectValues(predict(gemm(1, 2), [1, 2]), [2], [11, 22]);
  });

  it('Conv with another kernel_shape than its kernel is refused', () => {
    const nodes = [node('Conv', ['x', 'w'], 'y', ints('kernel_shape', 3, 3))];
    expect(() => read(['n', 1, 4, 4], nodes, { w: floats([1, 1, 2, 2], 1, 2, 3, 4) })).toThrow(
      /\(Conv\): kernel_shape \[3,3\] is not that of its kernel, \[2,2\]/,
    );
  });
});

describe('Cast', () => {
  const times = (cast: readonly ReturnType<typeof node>[], c: Parameters<typeof read>[2]) =>
    read(['n', 2], [...cast, node('Mul', ['x', 'f'], 'y')], c);

  it('of whole constants to float makes floats of them: 3 / 2 is 1.5', () => {
    const nodes = [
      node('Cast', ['three'], 'a', int('to', 1)),
      node('Cast', ['two'], 'b', int('to', 1)),
      node('Div', ['a', 'b'], 'f'),
    ];
    expectValues(predict(times(nodes, { three: whole(3), two: whole(2) }), [2, 4]), [2], [3, 6]);
  });

  it('of constants to whole numbers cuts them off, to bool makes 0 and 1', () => {
    const to = (type: number) => [node('Cast', ['c'], 'i', int('to', type)), node('Cast', ['i'], 'f', int('to', 1))];
    const c = floats([2], -2.7, 0.5);
    expectValues(predict(times(to(7), { c }), [1, 1]), [2], [-2, 0]);
    expectValues(predict(times(to(9), { c }), [1, 1]), [2], [1, 1]);
    expect(() => times(to(3), { c })).toThrow(/node "i" \(Cast\): a cast to the element type 3 is not supported/);
  });

  it('of what depends on the input is refused but to floats', () => {
    const cast = (type: number) => read(['n', 2], [node('Cast', ['x'], 'y', int('to', type))]);
    for (const type of [1, 10, 11, 16]) expect(cast(type).graph.nodes).toHaveLength(1);
    expect(() => cast(7)).toThrow(/\(Cast\): values that depend on the input can only be cast to float types/);
    expect(() => cast(9)).toThrow(/\(Cast\)/);
  });

  it('constants are added, subtracted, multiplied and divided with broadcasting', () => {
    const weights = { a: floats([2, 1], 1, 10), b: floats([2], 2, 4) };
    const f = (op: string) =>
      predict(read(['n', 2, 2], [node(op, ['a', 'b'], 'f'), node('Mul', ['x', 'f'], 'y')], weights), tf.ones([2, 2]));
    expectValues(f('Add'), [2, 2], [3, 5, 12, 14]);
    expectValues(f('Sub'), [2, 2], [-1, -3, 8, 6]);
    expectValues(f('Mul'), [2, 2], [2, 4, 20, 40]);
    expectValues(f('Div'), [2, 2], [0.5, 0.25, 5, 2.5]);
    expect(() =>
      read(['n', 2], [node('Add', ['a', 'b'], 'f'), node('Mul', ['x', 'f'], 'y')], {
        ...weights,
        a: floats([3], 1, 2, 3),
      }),
    ).toThrow(/node "f" \(Add\): constants of 3 and 2 do not fit together/);
  });
});
