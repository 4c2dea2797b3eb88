import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toLayersModel } from '../../src/interop/index.js';
import {
  countNetwork,
  GraphBuilder,
  inferShapes,
  type NetworkGraph,
  parseGraph,
  type Wire,
} from '../../src/nn/index.js';
import { createRng, randomNormal, tf, useBackend } from '../../src/tensor/index.js';
import { randomModel } from './networks.js';

/** One step of a network on images; each keeps three axes. */
type Step = (x: Wire) => Wire;

const size = fc.integer({ min: 1, max: 3 });
const side = fc.integer({ min: 0, max: 2 });
const sides = fc.tuple(side, side);
const padding = fc.oneof(fc.constant('same' as const), fc.tuple(sides, sides));

const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ filters: size, kernel: size, strides: size, dilations: size, padding, bias: fc.boolean() })
    .map((options) => (x: Wire) => x.conv2d(options)),
  fc
    .record({ kernel: size, strides: size, dilations: size, multiplier: size, padding })
    .map((options) => (x: Wire) => x.depthwiseConv2d(options)),
  fc.record({ kernel: size, strides: size }).map((options) => (x: Wire) => x.maxPool({ ...options, padding: 'same' })),
  fc.record({ kernel: size, strides: size }).map((options) => (x: Wire) => x.avgPool({ ...options, padding: 'same' })),
  fc.constantFrom('relu', 'sigmoid', 'hardSwish', 'tanh').map((op) => (x: Wire) => x.activation(op)),
  fc.constant((x: Wire) => x.batchNorm()),
  fc.constant((x: Wire) => x.add(x.batchNorm().relu())),
  fc.constant((x: Wire) => x.mul(x.globalAvgPool().activation('sigmoid'))),
  fc.constant((x: Wire) => x.concat(x.relu())),
  size.map((stride) => (x: Wire) => x.subsample(stride)),
  fc.tuple(sides, sides, sides).map((each) => (x: Wire) => x.pad(each)),
);

/** Networks of a few steps; those whose windows do not fit are left out. */
const network = fc
  .record({ shape: fc.tuple(size, size, size), steps: fc.array(step, { maxLength: 6 }) })
  .map(({ shape, steps }): NetworkGraph | undefined => {
    const builder = new GraphBuilder('random', shape);
    try {
      const features = steps.reduce((x, apply) => apply(x), builder.input);
      return builder.build(features.flatten().dense(2));
    } catch {
      return undefined;
    }
  });

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe('random networks', () => {
  it('have the shapes and parameters that were inferred, and are the same as tf.layers models', () => {
    const rng = createRng(21);
    fc.assert(
      fc.property(network, (graph) => {
        fc.pre(graph !== undefined);
        expect(parseGraph(JSON.parse(JSON.stringify(graph)), 'json')).toEqual(graph);
        const model = randomModel(graph, rng);
        const layersModel = toLayersModel(model);
        const values = Object.values(model.exportWeights()).reduce((sum, { data }) => sum + data.length, 0);
        expect(values).toBe(countNetwork(graph).parameters);
        tf.tidy(() => {
          const x = randomNormal([2, ...inferShapes(graph).get('input')!], rng);
          const result = model.predict(x);
          expect(result.shape).toEqual([2, ...inferShapes(graph).get(graph.output)!]);
          const difference = tf.max(tf.abs(tf.sub(layersModel.predict(x) as tf.Tensor, result))).dataSync()[0]!;
          expect(difference).toBeLessThan(1e-5 * Math.max(1, ...result.dataSync().map(Math.abs)));
        });
        layersModel.dispose();
        model.dispose();
      }),
      { numRuns: 60 },
    );
  });
});
