import type { tf } from '../tf.js';
import { processDawnEvents } from './dawn-events.js';

/** The part of tfjs' WebGPU backend that reading a tensor needs. */
interface WebGpuBackend extends tf.KernelBackend {
  readonly tensorMap: {
    get(dataId: object): { values: tf.TypedArray | null; resource: GpuBuffer; dtype: tf.DataType };
  };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  readonly commandEncoder: {
    copyBufferToBuffer(from: GpuBuffer, at: number, to: GpuBuffer, toAt: number, size: number): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(dataId: object, values: tf.TypedArray): tf.TypedArray;
}

interface GpuBuffer {
  readonly size: number;
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

/** Constants of the WebGPU standard. */
const mapRead = 1;
const copyDestination = 8;

/**
 * Gives a WebGPU backend synchronous reads. tfjs has them in browsers only, by way of a canvas; here the buffer is mapped
 * and Dawn's events are processed until it is.
 */
export function enableSynchronousReads(backend: tf.KernelBackend): void {
  const own = backend as WebGpuBackend;
  const original = own.readSync.bind(own);
  own.readSync = (dataId: object) => {
    const data = own.tensorMap.get(dataId);
    if (data.values != null || (data.dtype !== 'float32' && data.dtype !== 'int32' && data.dtype !== 'bool')) {
      return original(dataId);
    }
    const words = readBuffer(own, data.resource);
    const values = data.dtype === 'float32' ? new Float32Array(words) : new Int32Array(words);
    return own.convertAndCacheOnCPU(dataId, data.dtype === 'bool' ? Uint8Array.from(values) : values);
  };
}

function readBuffer(backend: WebGpuBackend, buffer: GpuBuffer): ArrayBuffer {
  const staging = backend.bufferManager.acquireBuffer(buffer.size, copyDestination | mapRead);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  backend.submitQueue();
  staging.mapAsync(mapRead).catch(() => {}); // a failure leaves the buffer unmapped, which the loop below notices
  processDawnEvents(() => staging.mapState === 'mapped');
  const words = staging.getMappedRange().slice(0);
  staging.unmap();
  backend.bufferManager.releaseBuffer(staging);
  return words;
}
