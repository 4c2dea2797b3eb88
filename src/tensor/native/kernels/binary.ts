import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { planBroadcast } from '../broadcast.js';
import { allFloat, type KernelCall, kernel, type NativeKernel, sizeOf } from '../kernel.js';

/** Largest number of merged axes that the addon walks. */
const maxRank = 8;

/** The operands by the names that each kernel gives them. */
function operands(inputs: KernelCall['inputs']) {
  const a = inputs.a ?? inputs.dy ?? inputs.x!;
  const b = inputs.b ?? inputs.y ?? inputs.alpha!;
  return [a, b] as const;
}

/** Elementwise functions of two tensors, with broadcasting; gradients of activations take (dy, y). */
export function binaryKernels(addon: NativeAddon): NativeKernel[] {
  return addon.binaryOps.map((name, op) =>
    kernel(name, ({ inputs, backend, otherwise }) => {
      const [a, b] = operands(inputs);
      if (!allFloat(a, b)) return otherwise();
      const { shape, dims, aStrides, bStrides } = planBroadcast(a.shape, b.shape);
      if (dims.length > maxRank) return otherwise();
      const [info, out] = backend.output(shape);
      const descriptor = pack([op, dims.length, ...dims, ...aStrides, ...bStrides]);
      addon.binary(descriptor, backend.floats(a), backend.floats(b), out);
      return info;
    }),
  );
}

/** Comparisons of two tensors, with broadcasting. */
export function compareKernels(addon: NativeAddon): NativeKernel[] {
  return addon.compareOps.map((name, op) =>
    kernel(name, ({ inputs, backend, otherwise }) => {
      const [a, b] = operands(inputs);
      if (!allFloat(a, b)) return otherwise();
      const { shape, dims, aStrides, bStrides } = planBroadcast(a.shape, b.shape);
      if (dims.length > maxRank) return otherwise();
      const out = new Uint8Array(sizeOf(shape));
      const descriptor = pack([op, dims.length, ...dims, ...aStrides, ...bStrides]);
      addon.compare(descriptor, backend.floats(a), backend.floats(b), out);
      return backend.makeTensorInfo(shape, 'bool', out);
    }),
  );
}
