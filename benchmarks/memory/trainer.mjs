import { resolveCrossbar } from '../../dist/crossbar/index.js';
import { baselineGraph, Model } from '../../dist/nn/index.js';
import {
  createRng,
  randomNormal,
  SgdMomentum,
  softmaxCrossEntropy,
  tf,
  valueAndGradients,
} from '../../dist/tensor/index.js';

const batch = 16;

/** Training steps of ResNet-8 on random images, digital and hardware-aware in turn. Call with the number of the step. */
export function trainer() {
  const model = Model.create(baselineGraph('resnet8'), createRng(1));
  const x = randomNormal([batch, 32, 32, 3], createRng(2));
  const labels = tf.tensor1d(
    Int32Array.from({ length: batch }, (_, i) => i % 10),
    'int32',
  );
  model.enableHwa(resolveCrossbar('pcm-8bit-256'), model.calibrateInputRanges([x]));
  const optimizer = new SgdMomentum();
  const variables = model.trainable();
  return (i) =>
    tf.tidy(() => {
      const options = { training: true, mode: i % 2 === 0 ? 'hwa' : 'digital', rng: createRng(3).child(`${i}`) };
      const { value, gradients } = valueAndGradients(
        () => softmaxCrossEntropy(model.forward(x, options), labels),
        variables,
      );
      optimizer.step(variables, gradients, { learningRate: 0.01 });
      return value.dataSync()[0];
    });
}
