import { describe, expect, it } from 'vitest';
import { baselineGraph, baselineNames, countNetwork, type NetworkCount, parseGraph } from '../../../src/nn/index.js';

/** Totals of mlcommons/tiny, recomputed from its Keras definitions, and of the papers' PyTorch reimplementations. */
const published: Record<string, Partial<NetworkCount>> = {
  resnet8: {
    crossbarWeights: 77_360,
    foldedParameters: 77_706,
    parameters: 78_666,
    macs: 12_501_632,
    depth: 8,
  },
  'ds-cnn': { crossbarWeights: 22_016, foldedParameters: 22_604, parameters: 24_908, macs: 2_656_768 },
  'mobilenet-v1-0.25': {
    crossbarWeights: 208_112,
    foldedParameters: 210_850,
    parameters: 221_794,
    macs: 7_489_664,
  },
  autoencoder: { crossbarWeights: 264_192, foldedParameters: 265_864, parameters: 269_992, macs: 264_192 },
  resnet20: { crossbarWeights: 268_336, trainableParameters: 269_722, depth: 20 },
  resnet32: { crossbarWeights: 461_872, depth: 32 },
  resnet56: { crossbarWeights: 848_944, depth: 56 },
  'wrn-16-4': { trainableParameters: 2_748_890 },
  'wrn-28-10': { trainableParameters: 36_479_194 },
  'mobilenet-v2': { trainableParameters: 2_236_682 },
  'mobilenet-v2-0.5': { trainableParameters: 700_490 },
  'mobilenet-v2-0.35': { trainableParameters: 408_938 },
};

/** Multiply-accumulates in millions, rounded as published. */
const publishedMacs: Record<string, number> = {
  resnet20: 40.6,
  resnet32: 68.9,
  resnet56: 125.5,
  'wrn-16-4': 392.6,
  'mobilenet-v2': 88.0,
  'mobilenet-v2-0.5': 28.0,
  'mobilenet-v2-0.35': 15.6,
};

/** Cores of 256x256 with one block per core, and vectors per sample, depthwise layers as dense blocks. */
const mapped: Record<string, { cores: number; positions: number }> = {
  resnet8: { cores: 14, positions: 4_033 },
  'ds-cnn': { cores: 18, positions: 1_126 },
  'mobilenet-v1-0.25': { cores: 66, positions: 10_261 },
  autoencoder: { cores: 14, positions: 10 },
  resnet20: { cores: 36, positions: 9_089 },
  resnet32: { cores: 60, positions: 14_465 },
  'resnet32-b': { cores: 62, positions: 14_785 },
  resnet56: { cores: 108, positions: 25_217 },
  'wrn-16-4': { cores: 65, positions: expect.any(Number) as number },
  'wrn-28-10': { cores: 755, positions: expect.any(Number) as number },
};

describe('baseline networks', () => {
  it.each(Object.entries(published))('%s has the published counts', (name, counts) => {
    expect(countNetwork(baselineGraph(name))).toMatchObject(counts);
  });

  it.each(Object.entries(publishedMacs))('%s has %d million multiply-accumulates', (name, millions) => {
    expect((countNetwork(baselineGraph(name)).macs / 1e6).toFixed(1)).toBe(millions.toFixed(1));
  });

  it.each(Object.entries(mapped))('%s needs the published number of cores and positions', (name, expected) => {
    const { layers } = countNetwork(baselineGraph(name));
    const cores = layers.reduce((sum, { rows, cols }) => sum + Math.ceil(rows / 256) * Math.ceil(cols / 256), 0);
    const positions = layers.reduce((sum, layer) => sum + layer.positions, 0);
    expect({ cores, positions }).toEqual(expected);
  });

  it('lists the layers of ResNet-8 as MLPerf does', () => {
    const rows = countNetwork(baselineGraph('resnet8')).layers.map(
      ({ id, rows, cols, positions }) => `${id} ${rows}x${cols} ${positions}`,
    );
    expect(rows).toEqual([
      'stem 27x16 1024',
      'stack1/a 144x16 1024',
      'stack1/b 144x16 1024',
      'stack2/a 144x32 256',
      'stack2/b 288x32 256',
      'stack2/skip 16x32 256',
      'stack3/a 288x64 64',
      'stack3/b 576x64 64',
      'stack3/skip 32x64 64',
      'classifier 64x10 1',
    ]);
  });

  it.each(baselineNames)('%s survives a trip through JSON', (name) => {
    const graph = baselineGraph(name);
    expect(parseGraph(JSON.parse(JSON.stringify(graph)), 'graph.json')).toEqual(graph);
  });

  it('names the accepted baselines', () => {
    expect(() => baselineGraph('resnet21')).toThrow(
      /There is no baseline network "resnet21".*accepted: resnet-tiny, /s,
    );
  });
});
