import { describe, expect, it } from 'vitest';
import { inferShapes, parseGraph } from '../../../src/nn/index.js';

const input = { id: 'input', op: 'input', shape: [8, 8, 3] };
const conv = { id: 'conv', op: 'conv2d', inputs: ['input'], kernel: [3, 3], filters: 4 };

function parse(nodes: unknown[], output = 'conv') {
  return parseGraph({ name: 'net', nodes, output }, 'net.json');
}

describe('parseGraph', () => {
  it('fills defaults', () => {
    expect(parse([input, conv]).nodes).toEqual([
      { ...input, inputs: [] },
      { ...conv, strides: [1, 1], padding: 'same', dilations: [1, 1], groups: 1, bias: true },
    ]);
  });

  it('accepts explicit padding', () => {
    const padding = [
      [2, 1],
      [0, 0],
    ];
    expect(inferShapes(parse([input, { ...conv, padding }])).get('conv')).toEqual([9, 6, 4]);
  });

  const wide = [
    [2, 2],
    [0, 0],
  ];

  it.each([
    [
      'an unknown operation',
      [input, { ...conv, op: 'conv2' }],
      /Node "conv" has an unknown operation.*did you mean "conv2d"/s,
    ],
    [
      'a misspelt field',
      [input, { ...conv, filter: 4 }],
      /Unknown key "filter". Did you mean "filters"\?.*node "conv"/s,
    ],
    ['a missing field', [input, { ...conv, filters: undefined }], /required value is missing.*node "conv" at filters/s],
    ['no input', [conv], /Node "conv" \(conv2d\) of network net: reads "input", which is not a node before it/],
    [
      'a node that comes too late',
      [input, { ...conv, inputs: ['later'] }],
      /reads "later", which is not a node before it/,
    ],
    ['a second node of one name', [input, conv, conv], /has two nodes called "conv"/],
    [
      'a sum of shapes that differ',
      [input, conv, { id: 'sum', op: 'add', inputs: ['input', 'conv'] }],
      /Node "sum" \(add\) of network net: inputs of 8x8x3 and 8x8x4 cannot be combined/,
    ],
    [
      'too few inputs',
      [input, conv, { id: 'sum', op: 'add', inputs: ['conv'] }],
      /Node "sum" \(add\) of network net: takes at least 2 inputs, got 1/,
    ],
    [
      'a window that does not fit',
      [input, { ...conv, kernel: [9, 9], padding: 'valid' }],
      /Node "conv" .* window of 9x9 does not fit into an input of 8x8x3/,
    ],
    [
      'a pool whose window may hold nothing but padding',
      [input, { id: 'pool', op: 'avgPool', inputs: ['input'], kernel: [2, 2], strides: [2, 2], padding: wide }],
      /padding of \[\[2,2\],\[0,0\]\] is as wide as the window of 2x2/,
    ],
    [
      'groups that do not divide the channels',
      [input, { ...conv, groups: 2 }],
      /2 groups must divide the channels of the input 8x8x3 and the 4 filters/,
    ],
    [
      'an image operation on a vector',
      [{ ...input, shape: [8] }, conv],
      /needs an input of height x width x channels, got 8/,
    ],
  ])('refuses %s', (_, nodes, message) => {
    expect(() => parse(nodes)).toThrow(message);
  });

  it('refuses an output that is not a node', () => {
    expect(() => parse([input, conv], 'logits')).toThrow(/has no node "logits" to be its output/);
  });

  it('refuses what is not a graph', () => {
    expect(() => parseGraph([1, 2], 'net.json')).toThrow(/net\.json/);
  });
});
