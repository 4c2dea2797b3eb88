import { describe, expect, test } from 'vitest';
import { chipCost, loadChip, mapNetwork, networkLayers } from '../../src/chip/index.js';
import { baselineGraph, type NetworkGraph } from '../../src/nn/index.js';
import { testGraph } from './support/test-graph.js';

type Flow = ReturnType<typeof flows>[number];

test('a residual sum is sent on once, and its older term once to it', () => {
  const layers = new Map(flows(baselineGraph('resnet20')).map((layer) => [layer.id, layer]));
  const map = 32 * 32 * 16;
  // The second block reads the sum of stem and first block where the first block's result lies.
  expect(layers.get('stage1/block2/a')).toMatchObject({
    sources: [{ from: 'stage1/block1/b' }],
    reads: [{ from: 'stage1/block1/b', values: map }],
  });
  expect(layers.get('stage1/block1/b')!.reads).toEqual([
    { from: 'stage1/block1/a', values: map },
    { from: 'stem', values: map },
  ]);
  expect(layers.get('stem')).toMatchObject({ sources: [], reads: [] });
});

test('pooled values are sent after pooling, and every bit is in the traffic', () => {
  const graph = baselineGraph('resnet8');
  const layers = flows(graph);
  expect(layers.at(-1)!.reads).toEqual([{ from: expect.stringContaining('stack3/'), values: 64 }]);
  const { traffic } = chipCost(mapNetwork(graph, loadChip('hermes-64')));
  const values = layers.flatMap(({ reads }) => reads).reduce((sum, read) => sum + read.values, 0);
  expect(traffic.reduce((sum, { bits }) => sum + bits, 0)).toBe(8 * values);
  expect(traffic.every(({ chipBits }) => chipBits === 0)).toBe(true);
});

test('branches that are joined are all waited for', () => {
  const layers = flows(baselineGraph('resnet20-b'));
  const joined = layers.find(({ id }) => id === 'stage2/block2/a')!;
  expect(sourcesOf(joined)).toEqual(['stage2/block1/b', 'stage2/block1/skip']);
});

test('a matrix that another implies for some positions only stays', () => {
  const layers = layersOf(
    [8, 8, 3],
    [
      conv('a', 'input'),
      conv('b', 'a', { kernel: [1, 1], strides: [2, 2] }),
      { id: 'pool', op: 'maxPool', inputs: ['a'], kernel: [2, 2], strides: [2, 2] },
      { id: 'sum', op: 'add', inputs: ['b', 'pool'] },
      conv('c', 'sum', { kernel: [1, 1] }),
    ],
  );
  expect(sourcesOf(layers.get('c')!)).toEqual(['a', 'b']);
});

test('a recurrent matrix reads the product of the input and its own state', () => {
  const nodes = (more: object) => [
    { id: 'e', op: 'dense', inputs: ['input'], units: 20 },
    { id: 'l', op: 'lstm', inputs: ['e'], units: 6, ...more },
    { id: 'd', op: 'dense', inputs: ['l'], units: 3 },
  ];
  const layers = layersOf([4, 8], nodes({ returnSequences: true }));
  expect(layers.get('l/input')).toMatchObject({
    sources: [{ from: 'e', needs: [1, 2, 3, 4] }],
    reads: [{ from: 'e', values: 4 * 20 }],
  });
  expect(layers.get('l/recurrent')).toMatchObject({
    sources: [
      { from: 'l/input', needs: [1, 2, 3, 4] },
      { from: 'l/recurrent', needs: [0, 1, 2, 3] },
    ],
    reads: [
      { from: 'l/input', values: 4 * 24 },
      { from: 'l/recurrent', values: 4 * 6 },
    ],
  });
  expect(layers.get('d')!.sources).toEqual([{ from: 'l/recurrent', needs: [1, 2, 3, 4] }]);
  expect(layersOf([4, 8], nodes({})).get('d')!.sources).toEqual([{ from: 'l/recurrent', needs: [4] }]);
  const reversed = layersOf([4, 8], nodes({ returnSequences: true, reverse: true }));
  expect(reversed.get('l/input')!.sources).toEqual([{ from: 'e', needs: [4, 3, 2, 1] }]);
  expect(reversed.get('d')!.sources).toEqual([{ from: 'l/recurrent', needs: [4, 3, 2, 1] }]);
});

test.each([
  { causal: false, keys: [3, 3, 3] },
  { causal: true, keys: [1, 2, 3] },
])('attention (causal: $causal) sums up values when their keys are there', ({ causal, keys }) => {
  const layers = layersOf(
    [3, 8],
    [
      { id: 'e', op: 'dense', inputs: ['input'], units: 8 },
      { id: 'a', op: 'attention', inputs: ['e'], heads: 2, keySize: 3, causal },
      { id: 'sum', op: 'add', inputs: ['a', 'e'] },
      { id: 'd', op: 'dense', inputs: ['sum'], units: 3 },
    ],
  );
  for (const part of ['query', 'key', 'value']) {
    const { sources, reads } = layers.get(`a/${part}`)!;
    expect({ sources, reads }).toEqual({
      sources: [{ from: 'e', needs: [1, 2, 3] }],
      reads: [{ from: 'e', values: 3 * 8 }],
    });
  }
  expect(layers.get('a/output')).toMatchObject({
    sources: [
      { from: 'a/query', needs: [1, 2, 3] },
      { from: 'a/key', needs: keys },
      { from: 'a/value', needs: keys },
    ],
    reads: [
      { from: 'a/query', values: 18 },
      { from: 'a/key', values: 18 },
      { from: 'a/value', values: 18 },
      { from: 'e', values: 3 * 8 },
    ],
  });
  expect(sourcesOf(layers.get('d')!)).toEqual(['a/output']);
});

describe('the vectors that a vector needs', () => {
  const globalMean = { id: 'g', op: 'globalAvgPool', inputs: ['a'] };
  const pool = (size: number) => ({
    id: 'p',
    op: 'maxPool',
    inputs: ['a'],
    kernel: [size, size],
    strides: [size, size],
  });
  const windows: [string, Node[], Step[]][] = [
    ['3x3', [conv('b', 'a')], [step(3, 1, 1)]],
    // where one row of zeros is enough, TensorFlow puts it below
    ['3x3, stride 2', [conv('b', 'a', { strides: [2, 2] })], [step(3, 2, 0)]],
    ['3x3, stride 3, padded by hand', [conv('b', 'a', { strides: [3, 3], padding: twice([2, 1]) })], [step(3, 3, 2)]],
    ['5x5, valid', [conv('b', 'a', { kernel: [5, 5], padding: 'valid' })], [step(5, 1, 0)]],
    ['1x1, stride 2', [conv('b', 'a', { kernel: [1, 1], strides: [2, 2] })], [step(1, 2, 0)]],
    ['3x3, dilation 4', [conv('b', 'a', { dilations: [4, 4] })], [step(3, 1, 4, { dilation: 4 })]],
    ['3x3 depthwise', [{ id: 'b', op: 'depthwiseConv2d', inputs: ['a'], kernel: [3, 3] }], [step(3, 1, 1)]],
    ['3x3 behind a pool', [pool(4), conv('b', 'p')], [step(3, 1, 1, { size: 4 }), step(4, 4, 0)]],
    [
      '3x3, stride 2, behind a pool',
      [pool(2), conv('b', 'p', { strides: [2, 2] })],
      [step(3, 2, 0, { size: 8 }), step(2, 2, 0)],
    ],
    [
      '3x3 behind zeros',
      [
        {
          id: 'p',
          op: 'pad',
          inputs: ['a'],
          padding: [
            [2, 0],
            [2, 0],
            [0, 0],
          ],
        },
        conv('b', 'p', { padding: 'valid' }),
      ],
      [step(3, 1, 2)],
    ],
    [
      '1x1 of every third',
      [
        { id: 'p', op: 'stridedSlice', inputs: ['a'], begin: [1, 1, 0], end: [16, 16, 4], strides: [3, 3, 1] },
        conv('b', 'p', { kernel: [1, 1] }),
      ],
      [step(1, 3, -1)],
    ],
  ];

  test.each(windows)('%s', (_, nodes, steps) => {
    const b = layersOf([16, 16, 3], [conv('a', 'input'), ...nodes]).get('b')!;
    const side = Math.sqrt(b.positions);
    const needs = Array.from({ length: b.positions }, (_, position) => {
      const [row, column] = [Math.floor(position / side), position % side].map((index) => lastTap(steps, index));
      return row! * 16 + column! + 1;
    });
    expect(b.sources).toEqual([{ from: 'a', needs }]);
  });

  const whole: [string, Node[], number[]][] = [
    [
      'a global mean, reshaped',
      [globalMean, { id: 'r', op: 'reshape', inputs: ['g'], shape: [2, 2] }, dense('b', 'r')],
      [16, 16],
    ],
    [
      'a map added to its mean',
      [globalMean, { id: 's', op: 'add', inputs: ['a', 'g'] }, conv('b', 's')],
      new Array(16).fill(16),
    ],
    [
      'a map times a gate of its mean',
      [globalMean, dense('h', 'g'), { id: 's', op: 'mul', inputs: ['h', 'a'] }, conv('b', 's')],
      new Array(16).fill(1),
    ],
    ['all values as one vector', [{ id: 'f', op: 'flatten', inputs: ['a'] }, dense('b', 'f')], [16]],
    ['rows as vectors', [{ id: 'r', op: 'reshape', inputs: ['a'], shape: [4, 16] }, dense('b', 'r')], [4, 8, 12, 16]],
    [
      'columns as rows',
      [{ id: 't', op: 'transpose', inputs: ['a'], permutation: [1, 0, 2] }, dense('b', 't')],
      [1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 4, 8, 12, 16],
    ],
    [
      'channels as rows',
      [{ id: 't', op: 'transpose', inputs: ['a'], permutation: [2, 0, 1] }, dense('b', 't')],
      Array.from({ length: 16 }, (_, i) => 4 * (i % 4) + 4),
    ],
    [
      'a map below itself',
      [{ id: 'c', op: 'concat', inputs: ['a', 'a'], axis: 0 }, conv('b', 'c', { kernel: [1, 1] })],
      [...upTo(16), ...upTo(16)],
    ],
  ];

  test.each(whole)('%s', (_, nodes, expected) => {
    const { sources } = layersOf([4, 4, 3], [conv('a', 'input'), ...nodes]).get('b')!;
    expect(sources.map(({ needs }) => needs)).toEqual([expected]);
  });
});

type Node = { readonly id: string } & Record<string, unknown>;

/** A window along one side of an image of `size` pixels; its first tap lies `before` pixels above the first. */
interface Step {
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly size: number;
  readonly dilation: number;
}

function step(kernel: number, stride: number, before: number, { size = 16, dilation = 1 } = {}): Step {
  return { kernel, stride, before, size, dilation };
}

/** The last pixel that windows over windows touch. */
function lastTap(steps: readonly Step[], index: number): number {
  let taps = [index];
  for (const { kernel, stride, before, size, dilation } of steps) {
    const all = taps.flatMap((tap) => upTo(kernel).map((k) => tap * stride - before + (k - 1) * dilation));
    taps = all.filter((tap) => tap >= 0 && tap < size);
  }
  return Math.max(...taps);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

function twice<T>(value: T): [T, T] {
  return [value, value];
}

function conv(id: string, input: string, more: object = {}): Node {
  return { id, op: 'conv2d', inputs: [input], filters: 4, kernel: [3, 3], ...more };
}

function dense(id: string, input: string): Node {
  return { id, op: 'dense', inputs: [input], units: 4 };
}

function layersOf(shape: readonly number[], nodes: readonly Node[]): Map<string, Flow> {
  return new Map(flows(testGraph(shape, nodes)).map((layer) => [layer.id, layer]));
}

/** The layers of a network with what they wait for. */
function flows(graph: NetworkGraph) {
  return networkLayers(graph).map(({ sources, ...layer }) => ({ ...layer, sources: sources() }));
}

function sourcesOf({ sources }: Flow): string[] {
  return sources.map(({ from }) => from);
}
