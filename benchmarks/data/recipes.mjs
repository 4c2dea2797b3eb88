import { GraphBuilder } from '../../dist/nn/index.js';

/** The quick start's task and training. */
export const shapesRecipe = {
  task: { name: 'synthetic-shapes', train: 2000, validation: 1000, test: 1 },
  digital: { epochs: 10, batchSize: 32, learningRate: 0.05, warmupEpochs: 1, augment: { padCrop: 2 } },
  hwa: { epochs: 4, batchSize: 32, learningRate: 0.1, augment: { padCrop: 2 } },
};

/** Training for real images in minutes on one core. */
export const cifarRecipe = (data) => ({
  task: { name: 'cifar10', data, train: 12_500, validation: 1000, test: 1 },
  digital: { epochs: 8, learningRate: 0.1, warmupEpochs: 1 },
  hwa: { epochs: 2, learningRate: 0.05 },
});

/** Softmax regression on the pixels, as a network graph. */
export function linearGraph() {
  const builder = new GraphBuilder('linear', [32, 32, 3]);
  return builder.build(builder.input.flatten().dense(10));
}
