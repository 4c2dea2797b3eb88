import { describe, expect, it } from 'vitest';
import { consumers, countNetwork, GraphBuilder, matrixLayers, networkWeights } from '../../../src/nn/index.js';

describe('GraphBuilder', () => {
  it('names nodes by operation and number, past names already taken', () => {
    const builder = new GraphBuilder('net', [8, 8, 3]);
    const x = builder.input.relu({ id: 'relu1' }).relu().relu();
    expect(builder.build(x).nodes.map(({ id }) => id)).toEqual(['input', 'relu1', 'relu2', 'relu3']);
  });

  it('refuses a node that does not fit, at once', () => {
    const builder = new GraphBuilder('net', [8, 8, 3]);
    const wide = builder.input.conv2d({ filters: 4, kernel: 3 });
    expect(() => wide.add(builder.input, { id: 'sum' })).toThrow(/Node "sum" \(add\) of network net/);
  });

  it('sums several branches', () => {
    const builder = new GraphBuilder('net', [8, 8, 3]);
    const branches = [1, 2, 3].map(() => builder.input.conv2d({ filters: 4, kernel: 3, bias: false }));
    const graph = builder.build(branches[0]!.add(branches.slice(1)));
    expect(consumers(graph).get('input')).toEqual(['conv2d1', 'conv2d2', 'conv2d3']);
    expect(countNetwork(graph)).toMatchObject({ depth: 1, crossbarWeights: 3 * 108 });
  });
});

describe('matrixLayers', () => {
  it('makes a dense block of a depthwise and of a grouped convolution', () => {
    const builder = new GraphBuilder('net', [8, 8, 4]);
    const x = builder.input
      .depthwiseConv2d({ id: 'depthwise', kernel: 3, multiplier: 2 })
      .conv2d({ id: 'grouped', filters: 6, kernel: 1, groups: 2 });
    const graph = builder.build(x);
    expect(matrixLayers(graph)).toMatchObject([
      { id: 'depthwise', positions: 64, weights: 72, shape: { inChannels: 4, outChannels: 8 } },
      { id: 'grouped', positions: 64, weights: 24, shape: { inChannels: 8, outChannels: 6 } },
    ]);
    expect(networkWeights(graph).map(({ name, shape }) => [name, shape])).toEqual([
      ['depthwise/kernel', [3, 3, 4, 2]],
      ['depthwise/bias', [8]],
      ['grouped/kernel', [1, 1, 4, 6]],
      ['grouped/bias', [6]],
    ]);
  });

  it('lists both matrices of a recurrent layer', () => {
    const builder = new GraphBuilder('net', [7, 5]);
    const graph = builder.build(builder.append({ op: 'lstm', id: 'lstm', units: 3 }, [builder.input]));
    expect(matrixLayers(graph)).toMatchObject([
      { id: 'lstm/input', shape: { inSize: 5, outSize: 12 }, positions: 7 },
      { id: 'lstm/recurrent', shape: { inSize: 3, outSize: 12 }, positions: 7 },
    ]);
    expect(countNetwork(graph)).toMatchObject({ parameters: 5 * 12 + 3 * 12 + 12, macs: 7 * 96 });
  });
});

describe('countNetwork', () => {
  it('keeps scale and offset of a batch norm that cannot be folded', () => {
    const builder = new GraphBuilder('net', [8, 8, 3]);
    const conv = builder.input.batchNorm().conv2d({ filters: 4, kernel: 1, bias: false });
    const graph = builder.build(conv.batchNorm().add(conv.relu()));
    expect(countNetwork(graph)).toMatchObject({ parameters: 12 + 12 + 16, foldedParameters: 2 * 3 + 12 + 2 * 4 });
  });
});
