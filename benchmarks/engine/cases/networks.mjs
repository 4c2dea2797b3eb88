import { resolveCrossbar } from '../../../dist/crossbar/index.js';
import { baselineGraph, Model } from '../../../dist/nn/index.js';
import {
  createRng,
  randomNormal,
  SgdMomentum,
  softmaxCrossEntropy,
  tf,
  valueAndGradients,
} from '../../../dist/tensor/index.js';

const batch = 64;

/** Whole networks on 32x32 colour images: training steps (forward, backward, SGD) and inference. */
export function networkCases() {
  return ['resnet8', 'resnet20'].flatMap((name) => [
    { name: `train.digital/${name}`, flops: null, prepare: () => trainingStep(name, 'digital') },
    { name: `train.hwa/${name}`, flops: null, prepare: () => trainingStep(name, 'hwa') },
    { name: `eval.digital/${name}`, flops: null, prepare: () => digitalInference(name) },
    { name: `eval.drift/${name}`, flops: null, prepare: () => driftedInference(name) },
  ]);
}

function build(name) {
  const model = Model.create(baselineGraph(name), createRng(1));
  const x = randomNormal([batch, 32, 32, 3], createRng(2));
  return { model, x };
}

function trainingStep(name, mode) {
  const { model, x } = build(name);
  const labels = tf.tensor1d(
    Int32Array.from({ length: batch }, (_, i) => i % 10),
    'int32',
  );
  if (mode === 'hwa') model.enableHwa(resolveCrossbar('pcm-8bit-256'), model.calibrateInputRanges([x]));
  const optimizer = new SgdMomentum({ momentum: 0.9 });
  const variables = model.trainable();
  const rng = createRng(3);
  let step = 0;
  const work = () =>
    tf.tidy(() => {
      const loss = () =>
        softmaxCrossEntropy(model.forward(x, { training: true, mode, rng: rng.child(`step-${step++}`) }), labels);
      const { gradients } = valueAndGradients(loss, variables);
      optimizer.step(variables, gradients, { learningRate: 0.01, weightDecay: 1e-4 });
    });
  const dispose = () => {
    optimizer.dispose();
    model.dispose();
    tf.dispose([x, labels]);
  };
  return { work, dispose };
}

function digitalInference(name) {
  const { model, x } = build(name);
  return {
    work: () => model.predict(x).dispose(),
    dispose: () => {
      model.dispose();
      x.dispose();
    },
  };
}

function driftedInference(name) {
  const { model, x } = build(name);
  const analog = model.toAnalog(resolveCrossbar('pcm-8bit-256'), model.calibrateInputRanges([x]));
  const rng = createRng(4);
  analog.program(rng.child('program'));
  analog.drift(86_400, rng.child('drift'));
  let step = 0;
  return {
    work: () => analog.predict(x, rng.child(`batch-${step++}`)).dispose(),
    dispose: () => {
      analog.dispose();
      model.dispose();
      x.dispose();
    },
  };
}
