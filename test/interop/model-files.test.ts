import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KirchhoffError } from '../../src/config/index.js';
import { resolveCrossbar } from '../../src/crossbar/index.js';
import { exportModel, loadLayersModel, loadModel, readModelInfo } from '../../src/interop/index.js';
import { GraphBuilder, Model, resnetTiny } from '../../src/nn/index.js';
import { createRng, randomNormal, tf, useBackend } from '../../src/tensor/index.js';
import { randomModel } from './networks.js';

const rng = createRng(9);
const graph = resnetTiny({ inputShape: [8, 8, 3], filters: 2 });
let dir: string;

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kirchhoff-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('exportModel', () => {
  it('writes what loads as a model, as an analog model, and as a TensorFlow.js model', async () => {
    const model = randomModel(graph);
    const x = randomNormal([2, 8, 8, 3], rng.child('x'));
    model.useInputRanges(model.calibrateInputRanges([x]));
    const { files } = await exportModel(model, dir, { task: 'synthetic-shapes', accuracy: 0.9 });
    expect(await readdir(dir)).toEqual([...files].sort());
    expect(await readModelInfo(dir)).toEqual({ task: 'synthetic-shapes', accuracy: 0.9 });

    const loaded = await loadModel(dir);
    const layersModel = await loadLayersModel(dir);
    expect(loaded.graph).toEqual(graph);
    expect(loaded.inputRanges).toEqual(model.inputRanges);
    expect(loaded.exportWeights()).toEqual(model.exportWeights());
    const crossbar = resolveCrossbar('pcm-8bit-256');
    const [before, after] = [model, loaded].map((one) => one.toAnalog(crossbar));
    tf.tidy(() => {
      const difference = tf.sub(layersModel.predict(x) as tf.Tensor, model.predict(x));
      expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-5);
      const results = [before!, after!].map((analog) => {
        analog.program(rng.child('program'));
        analog.drift(86_400, rng.child('drift'));
        return [...analog.predict(x, rng.child('read')).dataSync()];
      });
      expect(results[0]).toEqual(results[1]);
    });
    for (const one of [before!, after!, layersModel, loaded, model, x]) one.dispose();
  });

  it('says why there is no TensorFlow.js model', async () => {
    const builder = new GraphBuilder('net', [4, 3]);
    const model = Model.create(
      builder.build(builder.append({ op: 'gru', id: 'memory', units: 2 }, [builder.input])),
      rng,
    );
    const { files, withoutLayersModel } = await exportModel(model, dir);
    expect(files).toEqual(['graph.json', 'weights.bin']);
    expect(withoutLayersModel).toMatch(/Node "memory" \(gru\) cannot become a tf.layers layer/);
    (await loadModel(dir)).dispose();
    model.dispose();
  });

  it('writes a network that flattens a vector', async () => {
    const builder = new GraphBuilder('flat', [4, 4, 3]);
    const model = randomModel(builder.build(builder.input.globalAvgPool().flatten().dense(3)));
    const { files } = await exportModel(model, dir);
    const layersModel = await loadLayersModel(dir);
    tf.tidy(() => {
      const x = randomNormal([2, 4, 4, 3], rng.child('x'));
      expect((layersModel.predict(x) as tf.Tensor).dataSync()).toEqual(model.predict(x).dataSync());
    });
    expect(files.length).toBe(4);
    for (const one of [layersModel, model]) one.dispose();
  });

  it('writes nothing where TensorFlow.js refuses a layer', async () => {
    const model = randomModel(graph);
    const whole = model.exportWeights();
    const name = Object.keys(whole).find((one) => one.endsWith('/gamma'))!;
    const weights = { ...whole, [name]: { shape: [1], data: Float32Array.of(0) } };
    Object.defineProperty(model, 'exportWeights', { value: () => weights });
    await expect(exportModel(model, join(dir, 'model'))).rejects.toThrow(/weight shape/);
    expect(await readdir(dir)).toEqual([]);
    model.dispose();
  });
});

describe('loadModel', () => {
  async function exported(): Promise<{ text: string; weights: Buffer }> {
    const model = randomModel(graph);
    await exportModel(model, dir);
    model.dispose();
    return { text: await readFile(join(dir, 'graph.json'), 'utf8'), weights: await readFile(join(dir, 'weights.bin')) };
  }

  it('refuses a folder without a model', async () => {
    await expect(loadModel(dir)).rejects.toThrow(/does not exist.*graph\.json/s);
  });

  it('refuses weights that are cut short, changed, or missing', async () => {
    const { weights } = await exported();
    const file = join(dir, 'weights.bin');
    await writeFile(file, weights.subarray(0, weights.length - 8));
    await expect(loadModel(dir)).rejects.toThrow(
      /wrong length.*weights\.bin.*found: +\d+ bytes.*accepted: +\d+ bytes/s,
    );
    weights[5]! ^= 1;
    await writeFile(file, weights);
    await expect(loadModel(dir)).rejects.toThrow(/damaged, or not those that graph\.json belongs to.*weights\.bin/s);
    await rm(file);
    await expect(loadModel(dir)).rejects.toThrow(/does not exist.*weights\.bin/s);
  });

  it('refuses a graph that is changed', async () => {
    const { text } = await exported();
    const file = join(dir, 'graph.json');
    await writeFile(file, text.replace('"relu"', '"rely"'));
    await expect(loadModel(dir)).rejects.toThrow(/unknown operation.*graph\.json, node "relu1".*did you mean "relu"/s);
    await writeFile(file, text.replace('"version": 1', '"version": 2'));
    await expect(loadModel(dir)).rejects.toThrow(/graph\.json at version/);
  });

  it('refuses a description cut anywhere, with an error of ours', async () => {
    const { text } = await exported();
    const cut = fc.integer({ min: 0, max: text.trimEnd().length - 1 });
    await fc.assert(
      fc.asyncProperty(cut, async (length) => {
        await writeFile(join(dir, 'graph.json'), text.slice(0, length));
        await expect(loadModel(dir)).rejects.toBeInstanceOf(KirchhoffError);
      }),
      { numRuns: 30 },
    );
  });
});
