import { tf } from '../tf.js';

/** How two tensors are walked together: axes of the result, outermost first, with the strides of each operand. */
export interface Broadcast {
  readonly shape: number[];
  readonly dims: number[];
  readonly aStrides: number[];
  readonly bStrides: number[];
}

/** Strides of a dense tensor along the axes of `out`, 0 where it is repeated. */
function stridesAlong(shape: readonly number[], out: readonly number[]): number[] {
  const strides = new Array<number>(out.length).fill(0);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size !== 1) strides[out.length - shape.length + i] = stride;
    stride *= size;
  }
  return strides;
}

/** Works out a broadcast and merges neighbouring axes that both operands walk evenly. Throws as tfjs does when shapes clash. */
export function planBroadcast(a: readonly number[], b: readonly number[]): Broadcast {
  if (a.length === b.length && a.every((size, i) => size === b[i])) {
    return { shape: [...a], dims: [a.reduce((product, size) => product * size, 1)], aStrides: [1], bStrides: [1] };
  }
  const shape = tf.backend_util.assertAndGetBroadcastShape([...a], [...b]);
  const aAll = stridesAlong(a, shape);
  const bAll = stridesAlong(b, shape);
  const plan: Broadcast = { shape, dims: [], aStrides: [], bStrides: [] };
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (size === 1) continue;
    const last = plan.dims.length - 1;
    if (last >= 0 && plan.aStrides[last] === aAll[i]! * size && plan.bStrides[last] === bAll[i]! * size) {
      plan.dims[last]! *= size;
      plan.aStrides[last] = aAll[i]!;
      plan.bStrides[last] = bAll[i]!;
    } else {
      plan.dims.push(size);
      plan.aStrides.push(aAll[i]!);
      plan.bStrides.push(bAll[i]!);
    }
  }
  if (plan.dims.length === 0) {
    plan.dims.push(1);
    plan.aStrides.push(0);
    plan.bStrides.push(0);
  }
  return plan;
}
