import { createRng, randomNormal, tf } from '../../../dist/tensor/index.js';

const length = 2 ** 21;

/** Elementwise work on 2^21 numbers, and random ones. */
export function vectorCases() {
  const prepare = (work) => () => {
    const x = randomNormal([length], createRng(1));
    const y = randomNormal([length], createRng(2));
    return { work: () => work(x, y).dispose(), dispose: () => tf.dispose([x, y]) };
  };
  const rng = createRng(3);
  return [
    { name: 'normals/2M', flops: null, prepare: prepare(() => randomNormal([length], rng)) },
    { name: 'relu/2M', flops: null, prepare: prepare((x) => tf.relu(x)) },
    { name: 'add/2M', flops: null, prepare: prepare((x, y) => tf.add(x, y)) },
  ];
}
