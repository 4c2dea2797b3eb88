import { AddRelu } from '../ops/add-relu.js';
import { BatchNormInfer, BatchNormTrain, BatchNormTrainGrad } from '../ops/batch-norm.js';
import { hasKernel } from '../ops/has-kernel.js';
import { SoftmaxCrossEntropy } from '../ops/softmax-cross-entropy.js';
import { tf } from '../tf.js';

/** Runs a kernel by name. */
const run = (name: string, inputs: tf.NamedTensorMap, attrs: object = {}): tf.Tensor | tf.Tensor[] =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];

type GradientMap = ReturnType<tf.GradFunc>;

/**
 * Registers the gradients of the fused kernels, and replaces those of activations by one pass over (dy, y) where the backend has a
 * kernel for it; on other backends tfjs' own gradients stay in force. That of a mean is replaced everywhere.
 */
export function registerNativeGradients(): void {
  replaceActivationGradient('Relu', 'ReluGrad');
  replaceActivationGradient('Relu6', 'Relu6Grad', 'input');
  replaceActivationGradient('Tanh', 'TanhGrad');
  replaceActivationGradient('Sigmoid', 'SigmoidGrad');
  replaceGradient('Mean', {
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => ({ x: () => spread(dy as tf.Tensor, saved[0]!.shape, attrs.axis as number[]) }),
  });

  registerOnce({
    kernelName: AddRelu,
    outputsToSave: [true],
    gradFunc: (dy, saved) => {
      const dSum = run('ReluGrad', { dy: dy as tf.Tensor, y: saved[0]! }) as tf.Tensor;
      return { a: () => dSum, b: () => tf.clone(dSum) };
    },
  });

  registerOnce({
    kernelName: BatchNormTrain,
    inputsToSave: ['x', 'gamma', 'beta'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [x, gamma, beta, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const dy = (dys as tf.Tensor[])[0]!;
      const inputs = { dy, x, gamma, beta, mean, variance };
      const [dx, dgamma, dbeta] = run(BatchNormTrainGrad, inputs, attrs) as tf.Tensor[];
      return { x: () => dx!, gamma: () => dgamma!, beta: () => dbeta! };
    },
  });

  registerOnce({
    kernelName: BatchNormInfer,
    inputsToSave: ['x', 'gamma', 'beta', 'mean', 'variance'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => batchNormInferGradient(dy as tf.Tensor, saved, attrs as unknown as NormAttrs),
  });

  registerOnce({
    kernelName: SoftmaxCrossEntropy,
    outputsToSave: [false, true],
    gradFunc: (dys, saved) => {
      const [dLoss] = dys as tf.Tensor[];
      return { logits: () => tf.mul(saved[0]!, dLoss!), labels: () => tf.zeros([saved[0]!.shape[0]!]) };
    },
  });
}

interface NormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** With s = sqrt(variance + epsilon): y = gamma (x - mean) / s + beta, each input's gradient summed over the rows. */
function batchNormInferGradient(dy: tf.Tensor, saved: tf.Tensor[], { epsilon, relu }: NormAttrs): GradientMap {
  const [x, gamma, , mean, variance, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const dz = relu ? tf.mul(dy, tf.step(y)) : dy;
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const centred = () => tf.sum(tf.mul(dz, tf.sub(x, mean)), axes);
  return {
    x: () => tf.mul(dz, tf.mul(gamma, inverse)),
    gamma: () => tf.mul(centred(), inverse),
    beta: () => tf.sum(dz, axes),
    mean: () => tf.neg(tf.mul(tf.sum(dz, axes), tf.mul(gamma, inverse))),
    variance: () => tf.mul(tf.mul(centred(), gamma), tf.mul(tf.pow(inverse, 3), -0.5)),
  };
}

function registerOnce(config: tf.GradConfig): void {
  if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
}

const replaced = new Set<string>();

function replaceGradient(kernelName: string, config: Omit<tf.GradConfig, 'kernelName'>): void {
  if (replaced.has(kernelName)) return;
  replaced.add(kernelName);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...config });
}

/** The gradient of an activation from its output (or input), by `gradKernel` where it exists. */
function replaceActivationGradient(kernelName: string, gradKernel: string, from: 'output' | 'input' = 'output'): void {
  const original = tf.getGradient(kernelName);
  replaceGradient(kernelName, {
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved as [tf.Tensor, tf.Tensor];
      if (!hasKernel(gradKernel) || x.dtype !== 'float32') {
        return original.gradFunc(dy, original.inputsToSave === undefined ? [y] : [x], attrs);
      }
      return { x: () => run(gradKernel, { dy: dy as tf.Tensor, y: from === 'output' ? y : x }) as tf.Tensor };
    },
  });
}

/** The gradient of a mean over some axes: each element has its share. (tfjs multiplies with an array of ones, made each time.) */
function spread(dy: tf.Tensor, shape: number[], axis: number | number[] | undefined): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis ?? shape.map((_, i) => i), shape);
  const repetitions = shape.map((size, i) => (axes.includes(i) ? size : 1));
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const count = repetitions.reduce((product, size) => product * size, 1);
  return tf.tile(tf.reshape(tf.div(dy, count), kept), repetitions);
}
