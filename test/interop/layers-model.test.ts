import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadLayersModel, saveLayersModel, toLayersModel } from '../../src/interop/index.js';
import { baselineGraph, GraphBuilder, Model, resnet, resnetTiny } from '../../src/nn/index.js';
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
});
