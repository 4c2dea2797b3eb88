import { tf } from '../../tf.js';
import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { allFloat, kernel, type NativeKernel, sizeOf } from '../kernel.js';
import type { NativeBackend } from '../native-backend.js';

interface ReduceAttrs {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

/** Neighbouring axes that are reduced together: [first, end). */
function groups(axes: readonly number[], shape: readonly number[]): [number, number][] {
  const result: [number, number][] = [];
  for (const axis of [...axes].sort((a, b) => a - b)) {
    const last = result.at(-1);
    // axes of size one in between do no harm
    if (last !== undefined && shape.slice(last[1], axis).every((size) => size === 1)) last[1] = axis + 1;
    else result.push([axis, axis + 1]);
  }
  return result;
}

/** Sum, Mean, Max and Min over any axes, softmax over the last. */
export function reductionKernels(addon: NativeAddon): NativeKernel[] {
  /** Reduces group after group, innermost first; the scale is applied once, at the end. */
  const reduceAll = (
    op: string,
    backend: NativeBackend,
    x: tf.TensorInfo,
    axes: number[],
    outShape: number[],
    scale: number,
  ) => {
    const code = addon.reduceOps.indexOf(op);
    const shape = [...x.shape];
    const todo = groups(axes, shape);
    const [info, out] = backend.output(outShape);
    let from = backend.floats(x);
    let temporary: Float32Array | undefined;
    for (let i = todo.length - 1; i >= 0; i--) {
      const [first, end] = todo[i]!;
      const outer = sizeOf(shape.slice(0, first));
      const reduced = sizeOf(shape.slice(first, end));
      const inner = sizeOf(shape.slice(end));
      const to = i === 0 ? out : backend.scratch(outer * inner);
      addon.reduce(pack([code, outer, reduced, inner, i === 0 ? scale : 1]), from, to);
      if (temporary !== undefined) backend.pool.release(temporary);
      temporary = i === 0 ? undefined : to;
      from = to;
      shape.fill(1, first, end);
    }
    return info;
  };

  const reduction = (name: string, op: string, scaleOf: (count: number) => number): NativeKernel =>
    kernel<ReduceAttrs>(name, ({ inputs, attrs, backend, otherwise }) => {
      const x = inputs.x!;
      if (!allFloat(x) || sizeOf(x.shape) === 0) return otherwise();
      const axes = tf.util.parseAxisParam((attrs.axis ?? attrs.reductionIndices)!, x.shape);
      if (axes.length === 0) return otherwise();
      const [reducedShape, counted] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
      const shape = attrs.keepDims ? tf.backend_util.expandShapeToKeepDim(reducedShape, axes) : reducedShape;
      return reduceAll(op, backend, x, axes, shape, scaleOf(sizeOf(counted)));
    });

  const softmax = (name: string, logarithm: boolean): NativeKernel =>
    kernel<{ dim?: number; axis?: number }>(name, ({ inputs, attrs, backend, otherwise }) => {
      const x = inputs.logits!;
      const axis = attrs.dim ?? attrs.axis ?? -1;
      const last = x.shape.length - 1;
      if (!allFloat(x) || sizeOf(x.shape) === 0 || (axis !== -1 && axis !== last)) return otherwise();
      const classes = x.shape[last] ?? 1;
      const [info, out] = backend.output(x.shape);
      addon.softmax(pack([out.length / classes, classes, logarithm ? 1 : 0]), backend.floats(x), out);
      return info;
    });

  return [
    reduction('Sum', 'Sum', () => 1),
    reduction('Mean', 'Sum', (count) => 1 / count),
    reduction('Max', 'Max', () => 1),
    reduction('Min', 'Min', () => 1),
    softmax('Softmax', false),
    softmax('LogSoftmax', true),
  ];
}
