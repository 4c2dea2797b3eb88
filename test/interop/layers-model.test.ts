import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadLayersModel, saveLayersModel, toLayersModel } from '../../src/interop/index.js';
import { baselineGraph, GraphBuilder, Model, resnet, resnetTiny, type Wire } from '../../src/nn/index.js';
import { createRng, randomNormal, tf, useBackend } from '../../src/tensor/index.js';
import { imageNetwork, randomModel } from './networks.js';

const rng = createRng(5);

function worst(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe('toLayersModel', () => {
  it.each([
    imageNetwork(),
    resnetTiny({ inputShape: [8, 8, 3] }),
    { ...resnet({ depth: 8 }), name: 'resnet-option-a' },
    baselineGraph('autoencoder'),
    baselineGraph('ds-cnn'),
  ])('$name computes the same', (graph) => {
    const model = randomModel(graph);
    const layersModel = toLayersModel(model);
    tf.tidy(() => {
      const shape = graph.nodes[0]!.op === 'input' ? graph.nodes[0].shape : [];
      const x = randomNormal([2, ...shape], rng.child('x'));
      const expected = model.predict(x);
      const scale = tf.max(tf.abs(expected)).dataSync()[0]!;
      expect(worst(layersModel.predict(x) as tf.Tensor, expected)).toBeLessThan(1e-5 * Math.max(1, scale));
    });
    layersModel.dispose();
    model.dispose();
  });

  const around = [
    [1, 2],
    [0, 1],
  ] as const;
  const single: Record<string, [number[], (x: Wire) => Wire]> = {
    'a dilated convolution': [[8, 7, 4], (x) => x.conv2d({ filters: 6, kernel: 3, groups: 2, dilations: [2, 1] })],
    'a dilated, strided convolution': [
      [8, 7, 4],
      (x) => x.conv2d({ filters: 3, kernel: [3, 2], dilations: 2, strides: [2, 1], padding: around }),
    ],
    'a depthwise convolution': [[8, 7, 4], (x) => x.depthwiseConv2d({ kernel: 3, multiplier: 2, strides: 2 })],
    'a dilated depthwise convolution': [
      [8, 7, 4],
      (x) => x.depthwiseConv2d({ kernel: 3, multiplier: 2, dilations: 2, bias: false }),
    ],
    'a dilated depthwise convolution without padding': [
      [8, 7, 4],
      (x) =>
        x
          .depthwiseConv2d({ kernel: 3, dilations: [2, 3], padding: 'valid' })
          .flatten()
          .dense(2),
    ],
    'a dilated, strided depthwise convolution': [
      [8, 7, 4],
      (x) => x.depthwiseConv2d({ kernel: 2, multiplier: 3, dilations: [3, 2], strides: [1, 2], padding: around }),
    ],
    'a vector made flat': [[4, 4, 3], (x) => x.globalAvgPool().flatten().dense(3)],
    'a number made flat': [
      [1],
      (x) => x.builder.append({ op: 'flatten' }, [x.builder.append({ op: 'reshape', shape: [] }, [x])]).dense(2),
    ],
    'a concatenation counted from the end': [[2, 3, 4], (x) => x.concat(x.relu(), { axis: -2 })],
  };

  it.each(Object.entries(single))('computes the same for %s', (_, [shape, network]) => {
    const builder = new GraphBuilder('single', shape);
    const model = randomModel(builder.build(network(builder.input)));
    const layersModel = toLayersModel(model);
    tf.tidy(() => {
      const x = randomNormal([3, ...shape], rng.child('x'));
      const [result, expected] = [layersModel.predict(x) as tf.Tensor, model.predict(x)];
      expect(result.shape).toEqual(expected.shape);
      expect(layersModel.outputs[0]!.shape.slice(1)).toEqual(expected.shape.slice(1));
      expect(worst(result, expected)).toBeLessThan(1e-4);
    });
    layersModel.dispose();
    model.dispose();
  });

  it('can be trained', async () => {
    const graph = resnetTiny({ inputShape: [8, 8, 3], filters: 4, classes: 3 });
    const model = Model.create(graph, rng.child('train'));
    const layersModel = toLayersModel(model);
    layersModel.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    const x = randomNormal([4, 8, 8, 3], rng.child('images'));
    const labels = tf.tensor1d([0, 1, 2, 1], 'float32');
    const history = await layersModel.fit(x, labels, { epochs: 5, batchSize: 4, shuffle: false, verbose: 0 });
    const losses = history.history.loss as number[];
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    tf.dispose([x, labels]);
    layersModel.dispose();
    model.dispose();
  });

  it('names the node that tf.layers lacks', () => {
    const builder = new GraphBuilder('net', [4, 3]);
    const model = Model.create(
      builder.build(builder.append({ op: 'gru', id: 'memory', units: 2 }, [builder.input])),
      rng,
    );
    expect(() => toLayersModel(model)).toThrow(/Node "memory" \(gru\) cannot become a tf.layers layer/);
    model.dispose();
  });
});

describe('files of TensorFlow.js', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kirchhoff-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('keep the model', async () => {
    const model = randomModel(imageNetwork());
    const layersModel = toLayersModel(model);
    expect(await saveLayersModel(layersModel, dir)).toEqual(['model.json', 'model.weights.bin']);
    const loaded = await loadLayersModel(dir);
    tf.tidy(() => {
      const x = randomNormal([2, 8, 8, 4], rng.child('x'));
      expect(worst(loaded.predict(x) as tf.Tensor, layersModel.predict(x) as tf.Tensor)).toBe(0);
    });
    for (const one of [loaded, layersModel, model]) one.dispose();
  });

  it.each([
    ['a missing model', 'model.json', undefined, /A file of a model does not exist.*model\.json/s],
    ['a topology cut short', 'model.json', 100, /not JSON; it may be cut short.*model\.json/s],
    ['weights cut short', 'model.weights.bin', 100, /wrong length.*model\.weights\.bin.*found: +100 bytes/s],
  ])('are refused with %s', async (_, file, length, message) => {
    const model = randomModel(resnetTiny());
    const layersModel = toLayersModel(model);
    await saveLayersModel(layersModel, dir);
    for (const one of [layersModel, model]) one.dispose();
    const bytes = await readFile(join(dir, file));
    await rm(join(dir, file));
    if (length !== undefined) await writeFile(join(dir, file), bytes.subarray(0, length));
    await expect(loadLayersModel(dir)).rejects.toThrow(message);
  });

  /** A dense layer of two inputs and two outputs whose files hold the given entries and bytes instead of its own. */
  async function withWeights(weights: readonly object[], bytes: readonly Uint8Array[]): Promise<void> {
    const net = tfl.sequential({ layers: [tfl.layers.dense({ name: 'dense', units: 2, inputShape: [2] })] });
    await saveLayersModel(net, dir);
    net.dispose();
    const document = JSON.parse(await readFile(join(dir, 'model.json'), 'utf8'));
    document.weightsManifest[0].weights = weights;
    await writeFile(join(dir, 'model.json'), JSON.stringify(document));
    await writeFile(join(dir, 'model.weights.bin'), Buffer.concat(bytes));
  }

  const bytesOf = (array: ArrayBufferView<ArrayBuffer>) => new Uint8Array(array.buffer);
  const kernel = (rest: object) => ({ name: 'dense/kernel', shape: [2, 2], dtype: 'float32', ...rest });
  const bias = { name: 'dense/bias', shape: [2], dtype: 'float32' };
  const biasBytes = bytesOf(new Float32Array([0.5, -1]));

  it.each([
    ['uint8', { dtype: 'uint8', scale: 0.5, min: -1 }, new Uint8Array([0, 1, 2, 255]), [-1, -0.5, 0, 126.5]],
    ['uint16', { dtype: 'uint16', scale: 0.25, min: 1 }, new Uint16Array([0, 1, 2, 40000]), [1, 1.25, 1.5, 10001]],
    ['float16', { dtype: 'float16' }, new Uint16Array([0x3c00, 0xc000, 0x3800, 0]), [1, -2, 0.5, 0]],
  ])('are read with weights stored as %s', async (_, quantization, stored, values) => {
    await withWeights([kernel({ quantization }), bias], [bytesOf(stored), biasBytes]);
    const loaded = await loadLayersModel(dir);
    expect(loaded.getWeights().map((w) => [...w.dataSync()])).toEqual([values, [0.5, -1]]);
    loaded.dispose();

    await withWeights([kernel({ quantization }), bias], [bytesOf(stored), biasBytes.subarray(1)]);
    const expected = stored.byteLength + 8;
    await expect(loadLayersModel(dir)).rejects.toThrow(
      new RegExp(`found: +${expected - 1} bytes\\s+accepted: ${expected} bytes`),
    );
  });

  it('are read with counters and flags of an optimiser', async () => {
    const state = [
      { name: 'iter', shape: [], dtype: 'int32', group: 'optimizer' },
      { name: 'flags', shape: [3], dtype: 'bool', group: 'optimizer' },
    ];
    const floats = bytesOf(new Float32Array([1, 2, 3, 4]));
    const stored = [floats, biasBytes, bytesOf(new Int32Array([7])), new Uint8Array([1, 0, 1])];
    await withWeights([kernel({}), bias, ...state], stored);
    const loaded = await loadLayersModel(dir);
    expect(loaded.getWeights().map((w) => [...w.dataSync()])).toEqual([
      [1, 2, 3, 4],
      [0.5, -1],
    ]);
    loaded.dispose();
  });

  it.each([
    ['no scale', { dtype: 'uint8', min: 0 }, /quantization\.scale/],
    ['an unknown type', { dtype: 'uint4', min: 0, scale: 1 }, /quantization\.dtype/],
  ])('are refused with quantised weights of %s', async (_, quantization, message) => {
    await withWeights([kernel({ quantization }), bias], [new Uint8Array(4), biasBytes]);
    await expect(loadLayersModel(dir)).rejects.toThrow(message);
  });
});
