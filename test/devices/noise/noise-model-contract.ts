import { expect, test } from 'vitest';
import { createNoiseModel, type NoiseModelConfig, noiseModelSchema } from '../../../src/devices/index.js';
import { createRng, tf } from '../../../src/tensor/index.js';

/** What a model promises beyond its formulas; exceptions carry their reason in the test that names them. */
export interface NoiseModelPromises {
  /** A time that the model knows, s. */
  readonly seconds: number;
  /** Fields that switch every effect off; undefined where the model has no such switch. */
  readonly silent: Record<string, number> | undefined;
  /** Conductances never fall below this, uS. */
  readonly lowest: number;
}

/** The contract of every noise model. */
export function noiseModelContract(config: { class: NoiseModelConfig['class'] }, promises: NoiseModelPromises): void {
  const make = (change: Record<string, number> = {}) =>
    createNoiseModel(noiseModelSchema.parse({ ...config, ...change }));
  const targets = (model: ReturnType<typeof make>) => {
    const { gMin, gMax } = model.converter;
    return tf.tile(tf.linspace(gMin, gMax, 20), [200]);
  };
  const life = (model: ReturnType<typeof make>, seed: number, seconds = promises.seconds) => {
    const rng = createRng(seed, 'contract');
    return tf.tidy(() => {
      const target = targets(model);
      const programmed = model.program(target, rng.child('program'));
      const nu = model.driftCoefficient(target, rng.child('nu'));
      const read = model.drift(programmed, nu, seconds, rng.child('read'));
      return [target, programmed, nu, read].map((t) => t.dataSync()) as unknown as tf.TensorContainer;
    }) as unknown as Float32Array[];
  };

  test('repeats bit for bit under a seed, and differs under another', () => {
    expect(life(make(), 1)).toEqual(life(make(), 1));
    expect(life(make(), 1)[3]).not.toEqual(life(make(), 2)[3]);
  });

  test('never reads below its smallest conductance and gives numbers everywhere', () => {
    const [, programmed, nu, read] = life(make(), 3);
    expect(Math.min(...read!)).toBeGreaterThanOrEqual(promises.lowest);
    for (const values of [programmed!, nu!, read!]) expect(values.every(Number.isFinite)).toBe(true);
  });

  test('keeps programming noise apart from read noise: reading twice differs, programming stays', () => {
    const model = make();
    const rng = createRng(4, 'contract');
    tf.tidy(() => {
      const target = targets(model);
      const programmed = model.program(target, rng.child('program'));
      const before = programmed.dataSync().slice();
      const nu = model.driftCoefficient(target, rng.child('nu'));
      const first = model.drift(programmed, nu, promises.seconds, rng.child('a')).dataSync();
      const second = model.drift(programmed, nu, promises.seconds, rng.child('b')).dataSync();
      expect(first).not.toEqual(second);
      expect(programmed.dataSync()).toEqual(before);
    });
  });

  test.skipIf(promises.silent === undefined)('is ideal where all its scales are zero', () => {
    const [target, programmed, , read] = life(make(promises.silent), 5);
    programmed!.forEach((g, i) => {
      expect(g).toBeCloseTo(target![i]!, 4);
    });
    read!.forEach((g, i) => {
      expect(g).toBeCloseTo(target![i]!, 4);
    });
  });

  test('leaves no tensors behind', () => {
    const model = make();
    const before = tf.memory().numTensors;
    life(model, 6);
    expect(tf.memory().numTensors).toBe(before);
  });
}
