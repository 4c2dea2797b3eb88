import { createRng, randomNormal, tf } from '../../../dist/tensor/index.js';

const batch = 32;

/** Same-padded convolutions, C channels in and out: the four shapes that peers were measured on, then awkward ones. */
const shapes = [
  { name: '32x32x16', size: 32, channels: 16 },
  { name: '16x16x32', size: 16, channels: 32 },
  { name: '8x8x64', size: 8, channels: 64 },
  { name: '32x32x64', size: 32, channels: 64 },
  { name: '16x16x12', size: 16, channels: 12 },
  { name: '16x16x24', size: 16, channels: 24 },
  { name: '16x16x40', size: 16, channels: 40 },
  { name: '16x16x100', size: 16, channels: 100 },
  { name: '16x16x64-1x1', size: 16, channels: 64, kernel: 1 },
  { name: '16x16x32-5x5', size: 16, channels: 32, kernel: 5 },
  { name: '16x16x32-7x7', size: 16, channels: 32, kernel: 7 },
  { name: '32x32x32-stride2', size: 32, channels: 32, stride: 2 },
];

/** The shapes on which analog layers are measured, too. */
export const peerShapes = shapes.slice(0, 4);

/** Multiplications and additions of one product of this shape. */
export function flopsOf({ size, channels, kernel = 3, stride = 1 }) {
  const positions = batch * Math.ceil(size / stride) ** 2;
  return 2 * positions * channels * channels * kernel * kernel;
}

/** Input, kernel and gradient of the output of this shape. */
export function tensorsOf({ size, channels, kernel = 3, stride = 1 }) {
  const rng = createRng(1);
  const out = Math.ceil(size / stride);
  return {
    x: randomNormal([batch, size, size, channels], rng),
    w: randomNormal([kernel, kernel, channels, channels], rng, 0, 0.05),
    dy: randomNormal([batch, out, out, channels], rng),
  };
}

const run = (kernel, inputs, attrs) => tf.engine().runKernel(kernel, inputs, attrs);

/** Digital convolutions: forward alone, and with both gradients. */
export function convolutionCases() {
  return shapes.flatMap((shape) => {
    const stride = shape.stride ?? 1;
    const attrs = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', dilations: 1 };
    const forward = ({ x, w }) => run('Conv2D', { x, filter: w }, attrs);
    const backward = ({ x, w, dy }) => [
      run('Conv2DBackpropInput', { dy, filter: w }, { ...attrs, inputShape: x.shape }),
      run('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: w.shape }),
    ];
    const prepare = (work) => () => {
      const tensors = tensorsOf(shape);
      return { work: () => tf.dispose(work(tensors)), dispose: () => tf.dispose(tensors) };
    };
    return [
      { name: `conv2d.forward/${shape.name}`, flops: flopsOf(shape), prepare: prepare((t) => [forward(t)]) },
      {
        name: `conv2d.forwardBackward/${shape.name}`,
        flops: 3 * flopsOf(shape),
        prepare: prepare((t) => [forward(t), ...backward(t)]),
      },
    ];
  });
}
