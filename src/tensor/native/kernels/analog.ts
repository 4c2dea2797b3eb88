import { AnalogConv2D, type AnalogConvGeometry, AnalogMatMul, type AnalogPeriphery } from '../../ops/analog.js';
import { tf } from '../../tf.js';
import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { allFloat, type KernelCall, kernel, type NativeKernel, sizeOf } from '../kernel.js';

/** The fields of the periphery, in the order of `Analog` in native/addon/convolution.cc. */
function peripheryFields(attrs: AnalogPeriphery): number[] {
  const { noiseSource, rowCuts } = attrs;
  const random = noiseSource ?? { key: [0, 0], stream: [0, 0], block: 0 };
  tf.util.assert(
    attrs.outNoise <= 0 || noiseSource !== undefined,
    () => 'analog product: outNoise needs a noiseSource',
  );
  return [
    attrs.inputScale,
    attrs.clipRange ? 1 : 0,
    attrs.inpBound,
    attrs.inpStep,
    attrs.outBound,
    attrs.outStep,
    attrs.outNoise,
    attrs.noiseManagement === 'AbsMax' ? 1 : 0,
    ...random.key,
    ...random.stream,
    random.block,
    rowCuts.length - 1,
    ...rowCuts,
  ];
}

/** Analog products, fused: their reference stands in the crossbar room. */
export function analogKernels(addon: NativeAddon): NativeKernel[] {
  const run = (
    name: 'analogConv2d' | 'analogMatmul',
    { inputs, attrs, backend }: KernelCall<AnalogPeriphery>,
    geometry: readonly number[],
    outShape: number[],
  ) => {
    const { x, w, scales, bias } = inputs;
    const tiles = attrs.rowCuts.length - 1;
    const outputs = outShape.at(-1)!;
    assertOperands(inputs, [tiles, outputs]);
    const [info, y] = backend.output(outShape);
    const mask = attrs.masks ? new Uint8Array(tiles * y.length) : null;
    const [countInfo, count] = attrs.masks ? backend.output([]) : [undefined, null];
    addon[name](
      pack([...geometry, ...peripheryFields(attrs)]),
      backend.floats(x!),
      backend.floats(w!),
      backend.floats(scales!),
      y,
      bias == null ? null : backend.floats(bias),
      mask,
      count,
    );
    if (mask === null || countInfo === undefined) return [info];
    const maskInfo = backend.makeTensorInfo([tiles, outputs === 0 ? 0 : y.length / outputs, outputs], 'bool', mask);
    return [info, maskInfo, countInfo];
  };

  return [
    kernel<AnalogPeriphery & AnalogConvGeometry>(AnalogConv2D, (call) => {
      const x = call.inputs.x!.shape;
      const w = call.inputs.w!.shape;
      tf.util.assert(
        x.length === 4 && w.length === 4 && x[3] === w[2],
        () => `${AnalogConv2D}: expected x [n, h, w, c] and w [kh, kw, c, k], got [${x}] and [${w}]`,
      );
      const { geometry, outShape } = convGeometry(x, w, call.attrs);
      return run('analogConv2d', call, geometry, outShape);
    }),
    kernel<AnalogPeriphery>(AnalogMatMul, (call) => {
      const x = call.inputs.x!.shape;
      const w = call.inputs.w!.shape;
      tf.util.assert(
        x.length === 2 && w.length === 2 && x[1] === w[0],
        () => `${AnalogMatMul}: expected x [m, k] and w [k, n], got [${x}] and [${w}]`,
      );
      return run('analogMatmul', call, [x[0]!, x[1]!, w[1]!], [x[0]!, w[1]!]);
    }),
  ];
}

function convGeometry(x: number[], w: number[], { strides, dilations, pad }: AnalogConvGeometry) {
  const [n, height, width, channels] = x as [number, number, number, number];
  const [kh, kw, , outputs] = w as [number, number, number, number];
  const [[top, bottom], [left, right]] = pad;
  const positions = (size: number, kernel: number, dilation: number, stride: number) =>
    Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1;
  const ho = positions(height + top + bottom, kh, dilations[0], strides[0]);
  const wo = positions(width + left + right, kw, dilations[1], strides[1]);
  tf.util.assert(ho > 0 && wo > 0, () => `${AnalogConv2D}: the kernel [${kh}, ${kw}] does not fit into [${x}]`);
  const geometry = [n, height, width, channels, kh, kw, outputs, ...strides, ...dilations, top, left, ho, wo];
  return { geometry, outShape: [n, ho, wo, outputs] };
}

function assertOperands(inputs: KernelCall['inputs'], scalesShape: [number, number]): void {
  const { x, w, scales, bias } = inputs;
  tf.util.assert(allFloat(x, w, scales, bias), () => 'analog product: all tensors must be float32');
  tf.util.assert(
    tf.util.arraysEqual(scales!.shape, scalesShape),
    () => `analog product: scales must have shape [${scalesShape}] (tiles, outputs), got [${scales!.shape}]`,
  );
  tf.util.assert(
    bias == null || (bias.shape.length === 1 && sizeOf(bias.shape) === scalesShape[1]),
    () => `analog product: bias must have shape [${scalesShape[1]}], got [${bias!.shape}]`,
  );
}
