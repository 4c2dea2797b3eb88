import { expect, it } from 'vitest';
import { loadTask } from '../../src/data/index.js';
import { baselineGraph, Model } from '../../src/nn/index.js';
import { createRng, useBackend } from '../../src/tensor/index.js';
import { accuracy, digitalTrainingSchema, trainDigital } from '../../src/training/index.js';

const { backend } = await useBackend();

// Minutes instead of seconds on the other backends; test/data/shapes/ holds the other half: a linear model fails.
it.skipIf(backend !== 'native')(
  'a ResNet-8 learns synthetic-shapes from 2,000 images: over 85 % (native backend only)',
  async () => {
    const data = await loadTask({ name: 'synthetic-shapes', train: 2000, validation: 1000, test: 1, seed: 1 });
    const model = Model.create(baselineGraph('resnet8'), createRng(1).child('init'));
    const options = digitalTrainingSchema.parse({
      epochs: 8,
      batchSize: 32,
      learningRate: 0.05,
      warmupEpochs: 1,
      augment: { padCrop: 2 },
    });
    await trainDigital(model, data, options, { rng: createRng(1).child('digital') });
    const reached = await accuracy((x) => model.predict(x), data.validation, data.normalise);
    // One standard error on 1,000 images is 0.01.
    expect(reached).toBeGreaterThan(0.85);
    model.dispose();
  },
  300_000,
);
