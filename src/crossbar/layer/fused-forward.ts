import { type AnalogPeriphery, analogConv2d, analogMatMul, hasAnalogKernels, tf } from '../../tensor/index.js';
import { engineOf } from '../config/crossbar-config.js';
import { adcStep } from '../mvm/adc.js';
import { dacStep } from '../mvm/dac.js';
import { boundOf } from '../mvm/quantise.js';
import { hasFixedScale } from './fixed-scale-forward.js';
import type { ForwardCall, LayerOutput } from './forward-call.js';
import { explicitPad, layerOutputShape, matrixCols } from './layer-shape.js';

/** True where the backend in use has fused kernels that mean what the settings say; their noise is that of all tiles. */
export function canFuse({ config, outNoise }: Pick<ForwardCall, 'config' | 'outNoise'>): boolean {
  const io = config.forward;
  if (io.isPerfect || outNoise !== undefined || !hasAnalogKernels()) return false;
  return hasFixedScale(io) || hasFusedAbsMax(config);
}

/** Scaling by the largest input of each vector; the kernel treats empty vectors as the C++ tile does. */
function hasFusedAbsMax(config: ForwardCall['config']): boolean {
  const io = config.forward;
  if (io.noiseManagement !== 'AbsMax' || io.nmThres > 0 || engineOf(config) !== 'rpu') return false;
  return hasFixedScale({ ...io, noiseManagement: 'None' });
}

/** The whole layer in one pass of a native kernel. */
export function fusedForward(x: tf.Tensor, call: ForwardCall): LayerOutput {
  const { shape, weights, bias } = call;
  const { scales } = weights;
  const periphery = peripheryOf(x, call);
  if (shape.kind === 'dense') return outputOf(x, call, analogMatMul(x, weights.analog, scales, bias, periphery));
  const [kh, kw] = shape.kernel;
  const kernel = tf.reshape(weights.analog, [kh, kw, shape.inChannels, shape.outChannels]);
  const { top, bottom, left, right } = explicitPad(shape, x.shape[1]!, x.shape[2]!);
  const pad = [
    [top, bottom],
    [left, right],
  ] as const;
  const { strides, dilations } = shape;
  return outputOf(x, call, analogConv2d(x, kernel, scales, bias, { ...periphery, strides, dilations, pad }));
}

function peripheryOf(x: tf.Tensor, call: ForwardCall): AnalogPeriphery {
  const { shape, grid, config, range, masks, rng } = call;
  const io = config.forward;
  const inpBound = boundOf(io.inpBound);
  const outBound = boundOf(io.outBound);
  const engine = engineOf(config);
  const outStep = adcStep(io, engine);
  const values = grid.rowParts * tf.util.sizeFromShape(layerOutputShape(shape, x.shape));
  return {
    rowCuts: grid.grid.rowCuts,
    inputScale: range === undefined ? 1 : 1 / range,
    clipRange: range !== undefined,
    inpBound: Number.isFinite(inpBound) ? inpBound : 0,
    inpStep: dacStep(io, engine),
    outBound: Number.isFinite(outBound) ? outBound : 0,
    outStep,
    ...(engine === 'torch' && Number.isFinite(outBound) && { clipFrom: beyond(outBound, outStep) }),
    outNoise: io.outNoise,
    outFactor: io.outScale * (call.outFactor ?? 1),
    relu: call.relu ?? false,
    noiseManagement: io.noiseManagement === 'AbsMax' ? 'AbsMax' : 'None',
    masks: masks && Number.isFinite(outBound),
    ...(io.outNoise > 0 && { noiseSource: rng.child('adc-noise').source(values) }),
  };
}

function outputOf(x: tf.Tensor, { shape, grid }: ForwardCall, result: ReturnType<typeof analogMatMul>): LayerOutput {
  const { y, clipped } = result;
  if (clipped === undefined) return { y, inside: undefined };
  const outShape = layerOutputShape(shape, x.shape);
  const perPart = tf.unstack(tf.reshape(clipped, [grid.rowParts, -1, matrixCols(shape)]));
  return { y, inside: perPart.map((mask) => tf.logicalNot(tf.reshape(mask, outShape))) };
}

/**
 * The magnitude from which the torch tile takes ADC values for clipped: beyond the bound, compared in float32. The last
 * value on the grid, in principle the bound itself, may lie a rounding error beyond it.
 */
function beyond(bound: number, step: number): number {
  if (step === 0) return bound * (1 + 2 ** -23);
  const top = Math.fround(Math.round(bound / step) * step);
  return top > bound && top - bound < step / 4 ? bound - step / 4 : bound + step / 4;
}
