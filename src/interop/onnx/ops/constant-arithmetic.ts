import type { OnnxNode } from '../onnx-node.js';
import type { Constant } from '../values.js';

/** An operation on two values. */
export type Operation = 'Add' | 'Sub' | 'Mul' | 'Div';

const compute: Readonly<Record<Operation, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** An operation on two fixed tensors, with broadcasting. Refuses the node where their shapes do not fit. */
export function computeConstants(node: OnnxNode, operation: Operation, a: Constant, b: Constant): Constant {
  const shape = broadcast(node, a.shape, b.shape);
  const [fromA, fromB] = [positions(a.shape, shape), positions(b.shape, shape)];
  const data = Float32Array.from(fromA, (at, i) => compute[operation](a.data[at]!, b.data[fromB[i]!]!));
  return { kind: 'constant', shape, data };
}

function broadcast(node: OnnxNode, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    node.require(
      x === y || x === 1 || y === 1,
      `constants of ${a.join(' x ')} and ${b.join(' x ')} do not fit together`,
    );
    return x === 1 ? y : x;
  });
}

/** Where each value of the broadcast shape stands in a tensor of the shape `from`. */
function positions(from: readonly number[], shape: readonly number[]): number[] {
  const missing = shape.length - from.length;
  let result = [0];
  for (const [axis, size] of shape.entries()) {
    const own = from[axis - missing] ?? 1;
    result = result.flatMap((start) => Array.from({ length: size }, (_, i) => start * own + (own === 1 ? 0 : i)));
  }
  return result;
}
