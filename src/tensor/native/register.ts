import { totalmem } from 'node:os';
import { tf } from '../tf.js';
import type { NativeAddon } from './addon.js';
import { registerNativeGradients } from './gradients.js';
import type { NativeKernel, Outputs } from './kernel.js';
import { analogKernels } from './kernels/analog.js';
import { arrayKernels } from './kernels/arrays.js';
import { binaryKernels, compareKernels } from './kernels/binary.js';
import { convolutionKernels } from './kernels/convolution.js';
import { matmulKernels } from './kernels/matmul.js';
import { poolingKernels } from './kernels/pooling.js';
import { reductionKernels } from './kernels/reductions.js';
import { trainingKernels } from './kernels/training.js';
import { unaryKernels } from './kernels/unary.js';
import { NativeBackend } from './native-backend.js';

/** Idle bytes that the pool keeps: enough for the activations of a training step, at most a quarter of the memory. */
const idleLimitBytes = Math.min(1 << 30, totalmem() / 4);

/** All native kernels of the addon. */
export function nativeKernels(addon: NativeAddon): NativeKernel[] {
  return [
    ...unaryKernels(addon),
    ...binaryKernels(addon),
    ...compareKernels(addon),
    ...arrayKernels(addon),
    ...reductionKernels(addon),
    ...poolingKernels(addon),
    ...convolutionKernels(addon),
    ...matmulKernels(addon),
    ...analogKernels(addon),
    ...trainingKernels(addon),
  ];
}

/** Makes the backend `native` known to tfjs: every kernel of `cpu`, the hot ones replaced. Safe to call again. */
export function registerNativeBackend(addon: NativeAddon): void {
  if (tf.findBackendFactory('native') != null) return;
  // below every other backend: it runs only where it is chosen
  tf.registerBackend('native', () => new NativeBackend(addon, idleLimitBytes), 0);
  tf.copyRegisteredKernels('cpu', 'native');
  for (const kernel of nativeKernels(addon)) replaceKernel(kernel);
  registerNativeGradients();
}

function replaceKernel({ name, run }: NativeKernel): void {
  const copied = tf.getKernel(name, 'native');
  if (copied !== undefined) tf.unregisterKernel(name, 'native');
  tf.registerKernel({
    kernelName: name,
    backendName: 'native',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const otherwise = (): Outputs => {
        if (copied === undefined) throw new Error(`${name}: the native kernel works on float32 tensors only`);
        return copied.kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend });
      };
      return run({
        inputs: inputs as Record<string, tf.TensorInfo>,
        attrs: (attrs ?? {}) as never,
        backend: backend as NativeBackend,
        otherwise,
      });
    },
  });
}
