import { AnalogLayer, resolveCrossbar } from '../../../dist/crossbar/index.js';
import { createRng, tf } from '../../../dist/tensor/index.js';
import { flopsOf, peerShapes, tensorsOf } from './convolution.mjs';

/** One convolution on pcm-8bit-256 tiles: inference one day after programming, and a hardware-aware training step. */
export function analogCases() {
  const config = resolveCrossbar('pcm-8bit-256');
  const inputRange = 3;
  return peerShapes.flatMap((shape) => {
    const { channels } = shape;
    const layerShape = {
      kind: 'conv2d',
      kernel: [3, 3],
      inChannels: channels,
      outChannels: channels,
      strides: [1, 1],
      padding: 'same',
      dilations: [1, 1],
    };
    const forward = () => {
      const { x, w, dy } = tensorsOf(shape);
      const layer = new AnalogLayer('layer', layerShape, config);
      const rng = createRng(2);
      layer.program(w, null, inputRange, rng.child('program'));
      layer.drift(86_400, rng.child('drift'));
      let step = 0;
      return {
        work: () => layer.forward(x, rng.child(`batch-${step++}`)).dispose(),
        dispose: () => {
          layer.dispose();
          tf.dispose([x, w, dy]);
        },
      };
    };
    const forwardBackward = () => {
      const { x, w, dy } = tensorsOf(shape);
      const layer = new AnalogLayer('layer', layerShape, config);
      const rng = createRng(2);
      let step = 0;
      const gradients = tf.grads((input, kernel) =>
        layer.hwaForward(input, kernel, null, { inputRange, rng: rng.child(`step-${step++}`) }),
      );
      return {
        work: () => tf.dispose(gradients([x, w], dy)),
        dispose: () => {
          layer.dispose();
          tf.dispose([x, w, dy]);
        },
      };
    };
    return [
      { name: `analog.forward/${shape.name}`, flops: flopsOf(shape), prepare: forward },
      { name: `analog.forwardBackward/${shape.name}`, flops: 3 * flopsOf(shape), prepare: forwardBackward },
    ];
  });
}
