import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { tf } from '../tf.js';

interface ReadWriteBackend extends tf.KernelBackend {
  write(values: tf.TypedArray | Uint8Array[], shape: number[], dtype: tf.DataType): object;
}

/**
 * Registers, for every kernel that `backendName` lacks, one that runs the cpu kernel on copies of its inputs.
 * The backend must be able to read synchronously. Returns the names of the kernels added.
 */
export function registerFallbackKernels(backendName: string): string[] {
  const added: string[] = [];
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernel.kernelName, backendName) !== undefined) continue;
    tf.registerKernel({ kernelName: kernel.kernelName, backendName, kernelFunc: throughCpu(kernel.kernelFunc) });
    added.push(kernel.kernelName);
  }
  return added;
}

function throughCpu(cpuKernel: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const cpu = tf.findBackend('cpu') as MathBackendCPU;
    const own = backend as ReadWriteBackend;
    const lend = (info: tf.TensorInfo): tf.TensorInfo =>
      cpu.makeTensorInfo(info.shape, info.dtype, own.readSync(info.dataId) as tf.TypedArray);
    const lent: Record<string, tf.TensorInfo | tf.TensorInfo[]> = {};
    for (const [name, input] of Object.entries(inputs)) {
      if (input != null) lent[name] = Array.isArray(input) ? input.map(lend) : lend(input);
    }
    const result = cpuKernel({ inputs: lent as tf.NamedTensorInfoMap, attrs: attrs ?? {}, backend: cpu });
    const takeBack = (info: tf.TensorInfo): tf.TensorInfo => {
      const values = cpu.readSync(info.dataId) as tf.TypedArray;
      cpu.disposeData(info.dataId, true);
      return { dataId: own.write(values, info.shape, info.dtype), shape: info.shape, dtype: info.dtype };
    };
    const taken = Array.isArray(result) ? result.map(takeBack) : takeBack(result);
    for (const info of Object.values(lent).flat()) cpu.disposeData(info.dataId, true);
    return taken;
  };
}
