import { tf } from '../../tf.js';
import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { allFloat, type KernelCall, kernel, type NativeKernel, sizeOf } from '../kernel.js';

interface PoolAttrs {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The descriptor of a pooling over `x`, or undefined where the native kernel does not apply. */
function plan(shape: number[], attrs: PoolAttrs) {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  const fields = [batchSize, inHeight, inWidth, inChannels, info.filterHeight, info.filterWidth];
  fields.push(info.strideHeight, info.strideWidth, 1, 1, padInfo.top, padInfo.left, outHeight, outWidth);
  // tfjs returns x itself for windows of one element that keep its shape, even where padding would shift it
  const identity = info.filterHeight * info.filterWidth === 1 && tf.util.arraysEqual(shape, info.outShape);
  const empty = sizeOf(shape) === 0 || sizeOf(info.outShape) === 0;
  return { fields, outShape: info.outShape, plain: identity || empty };
}

/** Maximum and average pooling and their gradients. */
export function poolingKernels(addon: NativeAddon): NativeKernel[] {
  const forward = (name: string, run: 'maxPool' | 'avgPool'): NativeKernel =>
    kernel<PoolAttrs>(name, ({ inputs, attrs, backend, otherwise }: KernelCall<PoolAttrs>) => {
      const x = inputs.x!;
      if (!allFloat(x)) return otherwise();
      const { fields, outShape, plain } = plan(x.shape, attrs);
      if (plain) return otherwise();
      const [info, out] = backend.output(outShape);
      addon[run](pack(fields), backend.floats(x), out);
      return info;
    });

  return [
    forward('MaxPool', 'maxPool'),
    forward('AvgPool', 'avgPool'),

    // tfjs does not tell gradients how sizes were rounded: a window more or less is left to its own kernel
    kernel<PoolAttrs>('MaxPoolGrad', ({ inputs, attrs, backend, otherwise }) => {
      const dy = inputs.dy!;
      const x = inputs.input!;
      if (!allFloat(dy, x)) return otherwise();
      const { fields, outShape, plain } = plan(x.shape, attrs);
      if (plain || !tf.util.arraysEqual(dy.shape, outShape)) return otherwise();
      const [info, out] = backend.output(x.shape);
      addon.maxPoolGrad(pack(fields), backend.floats(dy), backend.floats(x), out);
      return info;
    }),

    kernel<PoolAttrs>('AvgPoolGrad', ({ inputs, attrs, backend, otherwise }) => {
      const dy = inputs.dy!;
      const x = inputs.input!;
      if (!allFloat(dy, x)) return otherwise();
      const { fields, outShape, plain } = plan(x.shape, attrs);
      if (plain || !tf.util.arraysEqual(dy.shape, outShape)) return otherwise();
      const [info, out] = backend.output(x.shape);
      addon.avgPoolGrad(pack(fields), backend.floats(dy), out);
      return info;
    }),
  ];
}
