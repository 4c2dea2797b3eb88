import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GraphNode, inferShapes, parseGraph } from '../../../src/nn/index.js';

/** Shape of one node behind an input of the given shape. */
function shapeOf(inputShape: number[], node: Partial<GraphNode> & { op: GraphNode['op'] }) {
  const nodes = [
    { id: 'input', op: 'input', shape: inputShape },
    { id: 'x', inputs: ['input'], ...node },
  ];
  return inferShapes(parseGraph({ name: 'net', nodes, output: 'x' }, 'test')).get('x');
}

describe('inferShapes', () => {
  it.each<[string, number[], Parameters<typeof shapeOf>[1], number[]]>([
    ['strided convolution, same', [7, 6, 3], { op: 'conv2d', kernel: [3, 3], filters: 5, strides: [2, 2] }, [4, 3, 5]],
    [
      'dilated convolution',
      [9, 9, 1],
      { op: 'conv2d', kernel: [3, 3], filters: 2, dilations: [2, 2], padding: 'valid' },
      [5, 5, 2],
    ],
    ['depthwise convolution', [8, 8, 3], { op: 'depthwiseConv2d', kernel: [3, 3], multiplier: 2 }, [8, 8, 6]],
    ['dense over sequences', [7, 5], { op: 'dense', units: 3 }, [7, 3]],
    ['max pool', [25, 5, 64], { op: 'maxPool', kernel: [24, 5], strides: [24, 5] }, [1, 1, 64]],
    ['global average pool', [25, 5, 64], { op: 'globalAvgPool' }, [64]],
    ['flatten', [2, 3, 4], { op: 'flatten' }, [24]],
    ['reshape', [2, 3, 4], { op: 'reshape', shape: [6, 4] }, [6, 4]],
    ['transpose', [2, 3, 4], { op: 'transpose', permutation: [2, 0, 1] }, [4, 2, 3]],
    [
      'pad',
      [2, 3, 4],
      {
        op: 'pad',
        padding: [
          [1, 0],
          [0, 0],
          [2, 2],
        ],
      },
      [3, 3, 8],
    ],
    [
      'strided slice',
      [5, 5, 4],
      { op: 'stridedSlice', begin: [0, 1, 0], end: [5, 5, 2], strides: [2, 2, 1] },
      [3, 2, 2],
    ],
    ['lstm', [7, 5], { op: 'lstm', units: 3, returnSequences: true }, [7, 3]],
    ['gru', [7, 5], { op: 'gru', units: 3 }, [3]],
  ])('%s', (_, inputShape, node, expected) => {
    expect(shapeOf(inputShape, node)).toEqual(expected);
  });

  it('broadcasts missing and single axes of sums', () => {
    const nodes = [
      { id: 'input', op: 'input', shape: [4, 4, 3] },
      { id: 'pooled', op: 'globalAvgPool', inputs: ['input'] },
      { id: 'scaled', op: 'mul', inputs: ['input', 'pooled'] },
    ];
    expect(inferShapes(parseGraph({ name: 'net', nodes, output: 'scaled' }, 'test')).get('scaled')).toEqual([4, 4, 3]);
  });

  it('counts the positions at which a window fits', () => {
    const window = fc.record({
      size: fc.integer({ min: 1, max: 20 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 4 }),
      before: fc.integer({ min: 0, max: 3 }),
      after: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(window, ({ size, kernel, stride, before, after }) => {
        let positions = 0;
        for (let start = -before; start + kernel <= size + after; start += stride) positions++;
        fc.pre(positions > 0);
        const padding = [
          [before, after],
          [0, 0],
        ] as [[number, number], [number, number]];
        const shape = shapeOf([size, 1, 1], {
          op: 'conv2d',
          kernel: [kernel, 1],
          filters: 1,
          strides: [stride, 1],
          padding,
        });
        expect(shape).toEqual([positions, 1, 1]);
      }),
    );
  });
});
