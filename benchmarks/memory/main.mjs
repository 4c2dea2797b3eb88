// npm run bench -- memory [--steps n]: trains ResNet-8 on random images and prints the resident memory on the way. Ends with exit
// code 1 if the second half grows by more than 2 %.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { baselineGraph, Model } from '../../dist/nn/index.js';
import { createRng, randomNormal, SgdMomentum, softmaxCrossEntropy, tf, useBackend } from '../../dist/tensor/index.js';

const batch = 16;

/** Runs the suite. */
export async function main(args) {
  const { values } = parseArgs({ args, options: { steps: { type: 'string', default: '2000' } } });
  const steps = Number(values.steps);
  console.log((await useBackend()).line);
  const step = trainer();
  let half = 0;
  for (let i = 1; i <= steps; i++) {
    step(i);
    if (i === Math.ceil(steps / 2)) half = resident();
    if (i % Math.ceil(steps / 10) === 0)
      console.log(`step ${i}: ${resident().toFixed(0)} MB, ${tf.memory().numTensors} tensors`);
  }
  const growth = resident() / half - 1;
  console.log(`growth in the second half: ${(100 * growth).toFixed(1)} %`);
  if (growth > 0.02) process.exitCode = 1;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Resident megabytes after collecting garbage: what JavaScript has not got round to freeing is no leak. */
function resident() {
  collect();
  return process.memoryUsage().rss / 1e6;
}

function trainer() {
  const model = Model.create(baselineGraph('resnet8'), createRng(1));
  const x = randomNormal([batch, 32, 32, 3], createRng(2));
  const labels = tf.tensor1d(
    Int32Array.from({ length: batch }, (_, i) => i % 10),
    'int32',
  );
  const optimizer = new SgdMomentum();
  const variables = model.trainable();
  return (i) =>
    tf.tidy(() => {
      const loss = () =>
        softmaxCrossEntropy(model.forward(x, { training: true, rng: createRng(3).child(`${i}`) }), labels);
      const { value, grads } = tf.variableGrads(loss, variables);
      const gradients = variables.map((variable) => grads[variable.name]);
      optimizer.step(variables, gradients, { learningRate: 0.01 });
      return value.dataSync()[0];
    });
}
