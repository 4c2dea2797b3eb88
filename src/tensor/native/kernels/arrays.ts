import { tf } from '../../tf.js';
import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { allFloat, kernel, type NativeKernel, sizeOf } from '../kernel.js';

/** Arrays that one call of the addon's addN takes. */
const addNLimit = 8;

/** Strided copies: transpose, tile, pad, slice, concat; and sums of many, casts and constants. */
export function arrayKernels(addon: NativeAddon): NativeKernel[] {
  const copy = (
    dims: readonly number[],
    from: { array: Float32Array; at: number; strides: readonly number[] },
    to: { array: Float32Array; at: number; strides: readonly number[] },
  ): void => {
    addon.copy(pack([dims.length, from.at, to.at, ...dims, ...from.strides, ...to.strides]), from.array, to.array);
  };

  return [
    kernel<{ perm: number[] }>('Transpose', ({ inputs, attrs, backend, otherwise }) => {
      const x = inputs.x!;
      if (!allFloat(x) || x.shape.length > 8) return otherwise();
      const xStrides = stridesOf(x.shape);
      const shape = attrs.perm.map((axis) => x.shape[axis]!);
      const [info, out] = backend.output(shape);
      copy(
        shape,
        { array: backend.floats(x), at: 0, strides: attrs.perm.map((axis) => xStrides[axis]!) },
        { array: out, at: 0, strides: stridesOf(shape) },
      );
      return info;
    }),

    kernel<{ reps: number[] }>('Tile', ({ inputs, attrs, backend, otherwise }) => {
      const x = inputs.x!;
      const { reps } = attrs;
      const shape = x.shape.map((size, i) => size * reps[i]!);
      const [xStrides, strides] = [stridesOf(x.shape), stridesOf(shape)];
      // an axis that is repeated is walked as two: the repetitions, then the elements
      const axes = x.shape.flatMap((size, i) => {
        const elements = { size, from: xStrides[i]!, to: strides[i]! };
        return reps[i] === 1 ? [elements] : [{ size: reps[i]!, from: 0, to: strides[i]! * size }, elements];
      });
      if (!allFloat(x) || axes.length > 8 || sizeOf(shape) === 0) return otherwise();
      const [info, out] = backend.output(shape);
      copy(
        axes.map(({ size }) => size),
        { array: backend.floats(x), at: 0, strides: axes.map(({ from }) => from) },
        { array: out, at: 0, strides: axes.map(({ to }) => to) },
      );
      return info;
    }),

    kernel<{ paddings: [number, number][]; constantValue: number }>('PadV2', (call) => {
      const { inputs, attrs, backend, otherwise } = call;
      const x = inputs.x!;
      if (!allFloat(x) || x.shape.length > 8 || sizeOf(x.shape) === 0) return otherwise();
      const shape = x.shape.map((size, i) => size + attrs.paddings[i]![0] + attrs.paddings[i]![1]);
      const strides = stridesOf(shape);
      const at = attrs.paddings.reduce((sum, [before], i) => sum + before * strides[i]!, 0);
      const [info, out] = backend.output(shape);
      addon.fill(pack([out.length, attrs.constantValue]), out);
      copy(x.shape, { array: backend.floats(x), at: 0, strides: stridesOf(x.shape) }, { array: out, at, strides });
      return info;
    }),

    kernel<{ begin: number[]; size: number[] }>('Slice', ({ inputs, attrs, backend, otherwise }) => {
      const x = inputs.x!;
      if (!allFloat(x) || x.shape.length > 8) return otherwise();
      const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size) as [
        number[],
        number[],
      ];
      tf.slice_util.assertParamsValid(x, begin, size);
      if (sizeOf(size) === 0) return otherwise();
      const strides = stridesOf(x.shape);
      const at = begin.reduce((sum, start, i) => sum + start * strides[i]!, 0);
      const [info, out] = backend.output(size);
      copy(size, { array: backend.floats(x), at, strides }, { array: out, at: 0, strides: stridesOf(size) });
      return info;
    }),

    kernel<{ axis: number }>('Concat', ({ inputs, attrs, backend, otherwise }) => {
      const all = Object.values(inputs) as tf.TensorInfo[];
      const filled = all.filter((part) => sizeOf(part.shape) > 0);
      // without a value, tfjs' kernel would store a plain list that no kernel takes; with one part it shares its array
      const parts = filled.length === 0 ? all : filled;
      if (filled.length === 1 || !allFloat(...parts) || parts[0]!.shape.length > 8) return otherwise();
      const axis = tf.util.parseAxisParam(attrs.axis, parts[0]!.shape)[0]!;
      const shapes = parts.map((part) => part.shape);
      tf.backend_util.assertParamsConsistent(shapes, axis);
      const shape = tf.backend_util.computeOutShape(shapes, axis);
      const strides = stridesOf(shape);
      const [info, out] = backend.output(shape);
      let at = 0;
      for (const part of parts) {
        const from = { array: backend.floats(part), at: 0, strides: stridesOf(part.shape) };
        copy(part.shape, from, { array: out, at, strides });
        at += part.shape[axis]! * strides[axis]!;
      }
      return info;
    }),

    kernel('AddN', ({ inputs, backend, otherwise }) => {
      const parts = Object.values(inputs) as tf.TensorInfo[];
      if (!allFloat(...parts) || parts.length > addNLimit) return otherwise();
      const [info, out] = backend.output(parts[0]!.shape);
      addon.addN(pack([out.length]), out, ...parts.map((part) => backend.floats(part)));
      return info;
    }),

    kernel<{ dtype: tf.DataType }>('Cast', ({ inputs, attrs, backend, otherwise }) => {
      const x = inputs.x!;
      if (attrs.dtype !== 'float32' || !(x.dtype === 'int32' || x.dtype === 'bool')) return otherwise();
      const [info, out] = backend.output(x.shape);
      const values = backend.raw(x);
      if (values instanceof Int32Array) addon.castFromInt(pack([out.length]), values, out);
      else if (values instanceof Uint8Array) addon.castFromBool(pack([out.length]), values, out);
      else out.set(values as unknown as ArrayLike<number>);
      return info;
    }),

    kernel<{ shape: number[]; value: number; dtype?: tf.DataType }>('Fill', ({ attrs, backend, otherwise }) => {
      const { shape, value, dtype } = attrs;
      if (typeof value !== 'number' || (dtype ?? 'float32') !== 'float32') return otherwise();
      const [info, out] = backend.output(shape);
      addon.fill(pack([out.length, value]), out);
      return info;
    }),
  ];
}

/** Strides of a dense tensor in elements, one per axis. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}
