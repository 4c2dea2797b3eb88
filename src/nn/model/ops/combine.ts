import { addRelu, tf } from '../../../tensor/index.js';
import { type AddNode, type ConcatNode, type MulNode, resolveAxis } from '../../graph/ops/combine.js';
import type { Binder, Binding, Pass, Runner } from '../runner.js';

export const add: Binder<AddNode> = (_, binding) => {
  const { inputShapes, fusedRelu } = binding;
  const [first, second, ...others] = inputShapes;
  const sum = fold(binding, (a, b) => tf.add(a, b));
  if (!fusedRelu) return sum;
  // a constant's batch of one is spread over the other's
  const plain = (inputs: readonly tf.Tensor[], pass: Pass) => tf.tidy(() => tf.relu(sum(inputs, pass)));
  if (others.length > 0 || !tf.util.arraysEqual([...first!], [...second!])) return plain;
  return (inputs, pass) => {
    const [a, b] = inputs as [tf.Tensor, tf.Tensor];
    return a.shape[0] === b.shape[0] ? addRelu(a, b) : plain(inputs, pass);
  };
};

export const mul: Binder<MulNode> = (_, binding) => fold(binding, (a, b) => tf.mul(a, b));

export const concat: Binder<ConcatNode> = (node, { inputShapes }) => {
  const axis = resolveAxis(node.axis, inputShapes[0]!.length)! + 1;
  return (inputs) => {
    const batch = inputs.map(({ shape }) => shape[0]!).find((size) => size !== 1) ?? 1;
    if (inputs.every(({ shape }) => shape[0] === batch)) return tf.concat([...inputs], axis);
    return tf.tidy(() =>
      tf.concat(
        inputs.map((x) => repeat(x, batch)),
        axis,
      ),
    );
  };
};

function fold({ inputShapes, outputShape }: Binding, combine: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Runner {
  const aligned = inputShapes.every((shape) => shape.length === outputShape.length);
  if (aligned && inputShapes.length === 2) return ([a, b]) => combine(a!, b!);
  return (inputs) => tf.tidy(() => inputs.map((x) => align(x, outputShape.length)).reduce(combine));
}

/** A constant's batch of one as one of `batch` equal samples. */
function repeat(x: tf.Tensor, batch: number): tf.Tensor {
  return x.shape[0] === batch ? x : tf.tile(x, [batch, ...x.shape.slice(1).map(() => 1)]);
}

/** Puts axes of size 1 between the batch axis and a sample's axes until it has `rank` of the latter. */
function align(x: tf.Tensor, rank: number): tf.Tensor {
  const [batch, ...sample] = x.shape;
  const missing = rank - sample.length;
  return missing === 0 ? x : tf.reshape(x, [batch!, ...Array<number>(missing).fill(1), ...sample]);
}
