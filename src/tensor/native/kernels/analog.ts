import { AnalogConv2D, type AnalogConvGeometry, AnalogMatMul, type AnalogPeriphery } from '../../ops/analog.js';
import { NoisyWeights, type NoisyWeightsAttrs } from '../../ops/noisy-weights.js';
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
    attrs.clipFrom ?? 0.999 * attrs.outBound,
    attrs.outNoise,
    attrs.outFactor ?? 1,
    attrs.relu ? 1 : 0,
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
  const masks = new ClipMasks();
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
    if (y.length === 0) return [info]; // an empty batch, in which nothing was clipped either
    const mask = attrs.masks ? masks.zeros(tiles * y.length) : null;
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
    if (count![0] === 0) return [info, countInfo];
    const maskShape = [tiles, outputs === 0 ? 0 : y.length / outputs, outputs];
    return [info, countInfo, backend.makeTensorInfo(maskShape, 'bool', masks.take(mask))];
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
    kernel<NoisyWeightsAttrs>(NoisyWeights, ({ inputs, attrs, backend }) => {
      const w = inputs.w!;
      const { taps, channels, rowCuts, colCuts, omega, columnwise, assumedMax, emptyMax, stdDev, source } = attrs;
      tf.util.assert(
        allFloat(w) && w.shape.length === 2 && w.shape[0] === taps * channels,
        () => `${NoisyWeights}: expected float32 [${taps} * ${channels}, columns], got ${w.dtype} [${w.shape}]`,
      );
      const cols = w.shape[1]!;
      const [analogInfo, analog] = backend.output(w.shape);
      const [scalesInfo, scales] = backend.output([rowCuts.length - 1, cols]);
      const [logicalInfo, logical] = backend.output(w.shape);
      const fields = [
        taps,
        channels,
        cols,
        omega,
        columnwise ? 1 : 0,
        assumedMax,
        emptyMax,
        stdDev,
        ...source.key,
        ...source.stream,
      ];
      fields.push(source.block, rowCuts.length - 1, ...rowCuts, colCuts.length - 1, ...colCuts);
      addon.noisyWeights(pack(fields), backend.floats(w), analog, scales, logical);
      return [analogInfo, scalesInfo, logicalInfo];
    }),
  ];
}

/**
 * Clip masks of zeros for kernels that write nothing but ones. Outputs seldom reach the ADC's bound, so one array serves
 * call after call, and no memory is touched for masks that stay empty.
 */
class ClipMasks {
  #zeros = new Uint8Array(0);

  zeros(length: number): Uint8Array {
    if (this.#zeros.length < length) this.#zeros = new Uint8Array(length);
    return this.#zeros.subarray(0, length);
  }

  /** A copy for a tensor; the array itself becomes zero again. */
  take(mask: Uint8Array): Uint8Array {
    const copy = mask.slice();
    mask.fill(0);
    return copy;
  }
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
