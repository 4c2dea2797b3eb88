import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import { exportModel, loadModel } from '../../../src/interop/index.js';
import { GraphBuilder, Model } from '../../../src/nn/index.js';
import { createRng, randomNormal, softmaxCrossEntropy, tf, useBackend } from '../../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend();
});

const rng = createRng(21, 'quantised-model');

function network(): Model {
  const builder = new GraphBuilder('small', [6, 6, 2]);
  const conv = builder.input.conv2d({ filters: 5, kernel: 3 }).batchNorm().relu();
  return Model.create(builder.build(conv.globalAvgPool().dense(3)), rng.child('weights'));
}

const crossbar = (change: Record<string, unknown> = {}) =>
  resolveCrossbar({
    class: 'QuantizedTorchInferenceRPUConfig',
    forward: { boundManagement: 'None', noiseManagement: 'None', inpRes: 254, outRes: 254, outNoise: 0.01 },
    mapping: { weightScalingOmega: 1, weightScalingColumnwise: true, maxInputSize: 10, maxOutputSize: 0 },
    prePost: { inputRange: { enable: true, learnInputRange: false }, periphQuant: { nBits: 8 } },
    actQuantConfig: { nBits: 8 },
    ...change,
  });

const batch = (name: string) => randomNormal([16, 6, 6, 2], rng.child(name));

describe('a network on tiles with a quantised periphery', () => {
  test('runs once its quantisers are calibrated, and says so before', () => {
    const model = network();
    const [x, seen] = [batch('x'), batch('seen')];
    model.useInputRanges(model.calibrateInputRanges([seen], { method: 'max' }));
    const config = crossbar();
    const early = model.toAnalog(config);
    early.program(rng.child('program'));
    expect(() => early.predict(x, rng)).toThrow('calibrateQuantizationRanges');
    early.dispose();
    model.calibrateQuantizationRanges([seen], config, rng.child('calibration'));
    expect(Object.values(model.quantisationRanges).every((layer) => layer.some((one) => one !== null))).toBe(true);
    const analog = model.toAnalog(config);
    analog.program(rng.child('program'));
    analog.drift(1, rng.child('drift'));
    const [y, exact] = [analog.predict(x, rng), model.predict(x)];
    const error = tf.tidy(() => tf.div(tf.norm(tf.sub(y, exact)), tf.norm(exact)).dataSync()[0]!);
    expect(error).toBeLessThan(0.4);
    // 8 bits: no more values than codes come out of the last layer.
    expect(new Set(y.dataSync()).size).toBeLessThanOrEqual(256);
    tf.dispose([x, seen, y, exact]);
    analog.dispose();
    model.dispose();
  });

  test('takes one batch more than it is told, as AIHWKit does', () => {
    const model = network();
    let taken = 0;
    const batches = function* () {
      for (;;) {
        taken++;
        const x = batch(`${taken}`);
        yield x;
        x.dispose();
      }
    };
    model.calibrateQuantizationRanges(batches(), crossbar(), rng, { maxNumBatches: 2 });
    expect(taken).toBe(3);
    model.dispose();
  });

  test('keeps the ranges it was trained with, on disk too', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-quantised-'));
    const model = network();
    const x = batch('x');
    model.enableHwa(crossbar(), { input: 3 });
    model.forward(x, { mode: 'hwa', training: true, rng }).dispose();
    const ranges = model.quantisationRanges;
    // Before the next epoch the crossbars are made anew; their quantisers go on.
    model.enableHwa(crossbar(), { input: 4 });
    expect(model.quantisationRanges).toEqual(ranges);
    await exportModel(model, dir);
    const loaded = await loadModel(dir);
    expect(loaded.quantisationRanges).toEqual(ranges);
    const analog = loaded.toAnalog(crossbar());
    analog.program(rng);
    analog.predict(x, rng).dispose();
    tf.dispose(x);
    for (const one of [analog, loaded, model]) one.dispose();
    rmSync(dir, { recursive: true });
  });

  test('training moves the steps of quantisers that learn', () => {
    const model = network();
    const x = batch('x');
    const labels = tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => i % 3),
      'int32',
    );
    const learning = { nBits: 6, learnQuantParams: true, initLearningAfter: 1 };
    model.enableHwa(crossbar({ prePost: { inputRange: { enable: true }, periphQuant: learning } }), {});
    const forward = (step: number) => model.forward(x, { mode: 'hwa', training: true, rng: rng.child(`step-${step}`) });
    for (let step = 0; step < 2; step++) forward(step).dispose();
    const variables = model.peripheryVariables();
    expect(variables.length).toBeGreaterThan(0);
    const loss = () => softmaxCrossEntropy(forward(2), labels) as tf.Scalar;
    const { value, grads } = tf.engine().gradients(loss, [...model.trainable(), ...variables], undefined, true);
    const moved = grads.slice(-variables.length).filter((g) => g?.dataSync().some((v) => v !== 0));
    expect(moved.length).toBeGreaterThan(0);
    tf.dispose([x, labels, value, ...grads.filter((g) => g !== null)]);
    model.dispose();
  });
});

describe('input ranges per tile', () => {
  test('are those of the rows that the tile gets', () => {
    const builder = new GraphBuilder('dense', [20]);
    const model = Model.create(builder.build(builder.input.dense(3)), rng.child('dense'));
    const [id] = model.graph.nodes.slice(1).map((node) => node.id);
    const x = tf.tensor2d([Array.from({ length: 20 }, (_, i) => (i < 10 ? 0.1 * i : -i))]);
    const perTile = { maxInputSize: 10, maxOutputSize: 0 };
    for (const method of ['max', 'Max'] as const) {
      expect(Object.values(model.calibrateInputRanges([x], { method }))).toEqual([19]);
      const [ranges] = Object.values(model.calibrateInputRanges([x], { method, perTile }));
      expect(ranges).toEqual([Math.fround(0.9), 19]);
    }
    expect(id).toBeDefined();
    // With one DAC range for all, ten steps of 1.9 lose the first half; with its own it is nearly exact.
    const config = resolveCrossbar({
      forward: { boundManagement: 'None', noiseManagement: 'None', inpRes: 1 / 20, outRes: -1, outNoise: 0 },
      mapping: perTile,
      prePost: { inputRange: { enable: true } },
      noiseModel: { class: 'PCMLikeNoiseModel', progNoiseScale: 0, readNoiseScale: 0, driftScale: 0 },
    });
    const error = (tiling: typeof perTile | undefined) => {
      model.useInputRanges(model.calibrateInputRanges([x], { method: 'Max', perTile: tiling }));
      const analog = model.toAnalog(config);
      analog.program(rng);
      const [y, exact] = [analog.predict(x, rng), model.predict(x)];
      const norm = tf.tidy(() => tf.norm(tf.sub(y, exact)).dataSync()[0]!);
      tf.dispose([y, exact]);
      analog.dispose();
      return norm;
    };
    expect(error(perTile)).toBeLessThan(error(undefined));
    x.dispose();
    model.dispose();
  });
});
