import { ClippedConv2DBackpropFilter } from '../../ops/analog.js';
import { tf } from '../../tf.js';
import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { allFloat, type KernelCall, kernel, type NativeKernel, type Outputs, sizeOf } from '../kernel.js';

/** Attributes that tfjs' convolution kernels share. */
interface ConvAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
  readonly inputShape?: [number, number, number, number];
  readonly filterShape?: [number, number, number, number];
  /** Bound that the input of a filter gradient is clipped to. */
  readonly clip?: number;
}

type Shape4D = [number, number, number, number];

/** Activations that a kernel applies as it stores its result, by their codes in native/kernels/conv-table.h. */
const storeActivations: Readonly<Record<string, number>> = { linear: 0, relu: 1, relu6: 2 };

interface Plan {
  readonly fields: number[];
  readonly outShape: Shape4D;
  /** Whether there is anything to compute, in a layout that the native kernels know. */
  readonly native: boolean;
}

function planConv(xShape: number[], filterShape: number[], attrs: ConvAttrs, depthwise: boolean): Plan {
  const dataFormat = attrs.dataFormat ?? 'NHWC';
  const info = tf.backend_util.computeConv2DInfo(
    xShape as Shape4D,
    filterShape as Shape4D,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
    dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast',
  );
  const { batchSize, inHeight, inWidth, inChannels, filterHeight, filterWidth, padInfo } = info;
  const outputs = depthwise ? filterShape[3]! : info.outChannels;
  const fields = [batchSize, inHeight, inWidth, inChannels, filterHeight, filterWidth, outputs];
  fields.push(info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth);
  fields.push(padInfo.top, padInfo.left, info.outHeight, info.outWidth);
  const native =
    dataFormat === 'NHWC' &&
    sizeOf(xShape) > 0 &&
    sizeOf(filterShape) > 0 &&
    sizeOf(info.outShape) > 0 &&
    filterShape[2] === inChannels &&
    padInfo.top >= 0 &&
    padInfo.left >= 0;
  return { fields, outShape: info.outShape, native };
}

/** Convolutions, depthwise convolutions, their gradients and the fused forms with bias and activation. */
export function convolutionKernels(addon: NativeAddon): NativeKernel[] {
  const forward = (call: KernelCall<ConvAttrs>, depthwise: boolean): Outputs => {
    const { inputs, attrs, backend } = call;
    const x = inputs.x!;
    const filter = inputs.filter!;
    const bias = inputs.bias;
    const activation = storeActivations[attrs.activation ?? 'linear'];
    if (!allFloat(x, filter, bias) || activation === undefined || inputs.preluActivationWeights != null) {
      return call.otherwise();
    }
    const { fields, outShape, native } = planConv(x.shape, filter.shape, attrs, depthwise);
    if (!native || (bias != null && !(bias.shape.length === 1 && bias.shape[0] === outShape[3]))) {
      return call.otherwise();
    }
    const [info, out] = backend.output(outShape);
    const run = depthwise ? addon.depthwise : addon.conv2d;
    const biasValues = bias == null ? null : backend.floats(bias);
    run(pack([...fields, activation]), backend.floats(x), backend.floats(filter), out, biasValues);
    return info;
  };

  const inputGradient = (call: KernelCall<ConvAttrs>, depthwise: boolean): Outputs => {
    const { inputs, attrs, backend } = call;
    const dy = inputs.dy!;
    const filter = inputs.filter!;
    if (!allFloat(dy, filter)) return call.otherwise();
    const { fields, outShape, native } = planConv(attrs.inputShape!, filter.shape, attrs, depthwise);
    if (!native || !tf.util.arraysEqual(dy.shape, outShape)) return call.otherwise();
    const [info, out] = backend.output(attrs.inputShape!);
    const run = depthwise ? addon.depthwiseInputGrad : addon.conv2dInputGrad;
    run(pack(fields), backend.floats(dy), backend.floats(filter), out);
    return info;
  };

  const filterGradient = (call: KernelCall<ConvAttrs>, depthwise: boolean): Outputs => {
    const { inputs, attrs, backend } = call;
    const x = inputs.x!;
    const dy = inputs.dy!;
    if (!allFloat(x, dy)) return call.otherwise();
    const { fields, outShape, native } = planConv(x.shape, attrs.filterShape!, attrs, depthwise);
    if (!native || !tf.util.arraysEqual(dy.shape, outShape)) return call.otherwise();
    const [info, out] = backend.output(attrs.filterShape!);
    if (depthwise) addon.depthwiseFilterGrad(pack(fields), backend.floats(x), backend.floats(dy), out);
    else addon.conv2dFilterGrad(pack([...fields, attrs.clip ?? 0]), backend.floats(x), backend.floats(dy), out);
    return info;
  };

  return [
    kernel<ConvAttrs>('Conv2D', (call) => forward(call, false)),
    kernel<ConvAttrs>('FusedConv2D', (call) => forward(call, false)),
    kernel<ConvAttrs>('Conv2DBackpropInput', (call) => inputGradient(call, false)),
    kernel<ConvAttrs>('Conv2DBackpropFilter', (call) => filterGradient(call, false)),
    kernel<ConvAttrs>(ClippedConv2DBackpropFilter, (call) => filterGradient(call, false)),
    kernel<ConvAttrs>('DepthwiseConv2dNative', (call) => forward(call, true)),
    kernel<ConvAttrs>('FusedDepthwiseConv2D', (call) => forward(call, true)),
    kernel<ConvAttrs>('DepthwiseConv2dNativeBackpropInput', (call) => inputGradient(call, true)),
    kernel<ConvAttrs>('DepthwiseConv2dNativeBackpropFilter', (call) => filterGradient(call, true)),
  ];
}
