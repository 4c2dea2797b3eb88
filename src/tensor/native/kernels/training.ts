import { BatchNormInfer, BatchNormTrain, BatchNormTrainGrad } from '../../ops/batch-norm.js';
import { SoftmaxCrossEntropy } from '../../ops/softmax-cross-entropy.js';
import { AdamStep, type AdamStepAttrs } from '../../optimizers/adam.js';
import { SgdMomentumStep } from '../../optimizers/sgd-momentum.js';
import { type PhiloxAttrs, PhiloxNormal, PhiloxUniform } from '../../random/random-tensor.js';
import type { tf } from '../../tf.js';
import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { type KernelCall, kernel, type NativeKernel, type Outputs } from '../kernel.js';
import type { NativeBackend } from '../native-backend.js';

interface NormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

interface SgdAttrs {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

/** Rows and channels of a tensor whose last axis holds the channels. */
function rowsAndChannels(info: tf.TensorInfo, length: number): [number, number] {
  const channels = info.shape.at(-1)!;
  return [channels === 0 ? 0 : length / channels, channels];
}

/** Results of an empty batch, in which sums over no rows are zero. */
function withZeros(results: tf.TensorInfo[], ...sums: Float32Array[]): tf.TensorInfo[] {
  for (const sum of sums) sum.fill(0);
  return results;
}

/** Batch norm, loss, optimiser steps and random numbers: kernels that tfjs does not have. */
export function trainingKernels(addon: NativeAddon): NativeKernel[] {
  const floatsOf = (call: KernelCall<never> | KernelCall<NormAttrs>, ...names: string[]): Float32Array[] =>
    names.map((name) => call.backend.floats(call.inputs[name]!));

  const random = (name: string, run: 'normal' | 'uniform'): NativeKernel =>
    kernel<PhiloxAttrs>(name, ({ attrs, backend }) => {
      const { key, stream, block } = attrs.source;
      const [info, out] = backend.output(attrs.shape);
      addon[run](pack([out.length, ...key, ...stream, block, attrs.shift, attrs.scale]), out);
      return info;
    });

  return [
    kernel<NormAttrs>(BatchNormTrain, (call) => {
      const { inputs, attrs, backend } = call;
      const [x, gamma, beta] = floatsOf(call, 'x', 'gamma', 'beta');
      const [rows, channels] = rowsAndChannels(inputs.x!, x!.length);
      const [info, y] = backend.output(inputs.x!.shape, x!.length);
      const [meanInfo, mean] = backend.output([channels]);
      const [varianceInfo, variance] = backend.output([channels]);
      const results = [info, meanInfo, varianceInfo];
      if (rows === 0) return withZeros(results, mean, variance);
      addon.batchNormTrain(
        pack([rows, channels, attrs.epsilon, attrs.relu ? 1 : 0]),
        x!,
        gamma!,
        beta!,
        y,
        mean,
        variance,
      );
      return results;
    }),

    kernel<NormAttrs>(BatchNormTrainGrad, (call) => {
      const { inputs, attrs, backend } = call;
      const given = floatsOf(call, 'dy', 'x', 'gamma', 'beta', 'mean', 'variance');
      const [rows, channels] = rowsAndChannels(inputs.x!, given[1]!.length);
      const [dxInfo, dx] = backend.output(inputs.x!.shape, given[1]!.length);
      const [dgammaInfo, dgamma] = backend.output([channels]);
      const [dbetaInfo, dbeta] = backend.output([channels]);
      const results = [dxInfo, dgammaInfo, dbetaInfo];
      if (rows === 0) return withZeros(results, dgamma, dbeta);
      const descriptor = pack([rows, channels, attrs.epsilon, attrs.relu ? 1 : 0]);
      addon.batchNormTrainGrad(descriptor, ...given, dx, dgamma, dbeta);
      return results;
    }),

    kernel<NormAttrs>(BatchNormInfer, (call) => {
      const { inputs, attrs, backend } = call;
      const given = floatsOf(call, 'x', 'gamma', 'beta', 'mean', 'variance');
      const [rows, channels] = rowsAndChannels(inputs.x!, given[0]!.length);
      const [info, y] = backend.output(inputs.x!.shape, given[0]!.length);
      if (channels === 0) return info;
      addon.batchNormInfer(pack([rows, channels, attrs.epsilon, attrs.relu ? 1 : 0]), ...given, y);
      return info;
    }),

    kernel<{ labelSmoothing: number }>(SoftmaxCrossEntropy, ({ inputs, attrs, backend }) => {
      const logits = inputs.logits!;
      const [n, classes] = logits.shape as [number, number];
      const [lossInfo, loss] = backend.output([]);
      const [gradInfo, grad] = backend.output(logits.shape);
      if (n === 0) {
        loss[0] = Number.NaN;
        return [lossInfo, gradInfo];
      }
      const labels = backend.raw(inputs.labels!) as Int32Array;
      addon.softmaxCrossEntropy(pack([n, classes, attrs.labelSmoothing]), backend.floats(logits), labels, loss, grad);
      return [lossInfo, gradInfo];
    }),

    kernel<SgdAttrs>(SgdMomentumStep, ({ inputs, attrs, backend }) => {
      const state = [inputs.variable!, inputs.velocity!];
      const { results, outputs } = inPlaceOrCopies(backend, state);
      const [w, v] = state.map((info) => backend.floats(info));
      const { learningRate, momentum, weightDecay, nesterov } = attrs;
      const descriptor = pack([w!.length, learningRate, momentum, weightDecay, nesterov ? 1 : 0]);
      addon.sgdMomentum(descriptor, w!, v!, backend.floats(inputs.grad!), ...outputs);
      return results;
    }),

    kernel<AdamStepAttrs>(AdamStep, ({ inputs, attrs, backend }) => {
      const state = [inputs.variable!, inputs.first!, inputs.second!];
      const { results, outputs } = inPlaceOrCopies(backend, state);
      const arrays = state.map((info) => backend.floats(info));
      const { learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2 } = attrs;
      const fields = [arrays[0]!.length, learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2];
      addon.adam(pack(fields), ...arrays, backend.floats(inputs.grad!), ...outputs);
      return results;
    }),

    random(PhiloxNormal, 'normal'),
    random(PhiloxUniform, 'uniform'),
  ];
}

/**
 * Where a step writes: into the tensors themselves (then there are no results), or, where anyone else can see one of
 * their arrays, into new tensors that the optimiser assigns.
 */
function inPlaceOrCopies(
  backend: NativeBackend,
  state: readonly tf.TensorInfo[],
): { results: Outputs; outputs: Float32Array[] } {
  if (state.every((info) => backend.writable(info))) {
    return { results: [], outputs: state.map((info) => backend.floats(info)) };
  }
  const fresh = state.map((info) => backend.output(info.shape));
  return { results: fresh.map(([info]) => info), outputs: fresh.map(([, array]) => array) };
}
