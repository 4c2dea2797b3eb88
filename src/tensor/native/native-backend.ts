import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { tf } from '../tf.js';
import type { NativeAddon } from './addon.js';
import { BufferPool } from './buffer-pool.js';

type Values = tf.backend_util.BackendValues;
type Complex = { real: tf.TensorInfo; imag: tf.TensorInfo };

/**
 * The values of one tensor. `raw` is for native kernels, which promise not to keep it; whoever reads `values` (a kernel of
 * tfjs' cpu backend) may alias the array in its result, so from then on it is never used again for another tensor.
 */
class NativeData {
  refCount = 1;
  complexTensorInfos?: Complex;

  constructor(
    readonly raw: Values,
    readonly dtype: tf.DataType,
    /** Whether the array came from the pool and nobody else has seen it. */
    public owned: boolean,
  ) {}

  get values(): Values {
    this.owned = false;
    return this.raw;
  }
}

/** tfjs' cpu backend with arrays from a pool, on which the kernels of the native addon work. */
export class NativeBackend extends MathBackendCPU {
  readonly pool: BufferPool;
  #nextId = 0;

  constructor(
    readonly addon: NativeAddon,
    idleLimitBytes: number,
  ) {
    super();
    this.pool = new BufferPool(addon, idleLimitBytes);
  }

  // --- for native kernels -----------------------------------------------------------------------------------------

  /** The array behind a float32 tensor, to be read during this kernel only. */
  floats(info: tf.TensorInfo): Float32Array {
    return this.#entry(info.dataId).raw as Float32Array;
  }

  /** The array behind a tensor of any type, to be read during this kernel only. */
  raw(info: tf.TensorInfo): Values {
    return this.#entry(info.dataId).raw;
  }

  /** A new float32 tensor with unknown contents, and its array to be filled by this kernel. */
  output(shape: readonly number[], length = tf.util.sizeFromShape([...shape])): [tf.TensorInfo, Float32Array] {
    const array = this.pool.take(length);
    return [this.#store(array, [...shape], 'float32', true), array];
  }

  /** A float32 array for use inside one kernel; give it back with `pool.release`. */
  scratch(length: number): Float32Array {
    return this.pool.take(length);
  }

  /** Whether a kernel may write into this tensor's array: it is the pool's, and no other tensor shares it. */
  writable(info: tf.TensorInfo): boolean {
    const entry = this.#entry(info.dataId);
    return entry.owned && entry.refCount === 1;
  }

  // --- storage of the backend -------------------------------------------------------------------------------------

  override write(values: Values, shape: number[], dtype: tf.DataType): object {
    return this.#store(values, shape, dtype, false).dataId;
  }

  override move(dataId: object, values: Values, _shape: number[], dtype: tf.DataType, refCount: number): void {
    const entry = new NativeData(values, dtype, false);
    entry.refCount = refCount;
    this.data.set(dataId, entry as never);
  }

  /** The values of a tensor. An array of the pool is copied, so that what a user holds never changes. */
  override readSync(dataId: object): Values {
    const entry = this.#entry(dataId);
    return entry.owned ? (entry.raw as Float32Array).slice() : super.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const entry = this.#entry(dataId);
    entry.refCount--;
    if (!force && entry.refCount > 0) return false;
    if (entry.complexTensorInfos !== undefined) {
      this.disposeData(entry.complexTensorInfos.real.dataId, true);
      this.disposeData(entry.complexTensorInfos.imag.dataId, true);
    }
    this.data.delete(dataId);
    if (entry.owned) this.pool.release(entry.raw as Float32Array);
    return true;
  }

  /** The engine counts tensors and their bytes itself; the pool's idle bytes are added. */
  override memory(): { unreliable: boolean; reasons: string[]; idleBytes: number } {
    return { unreliable: false, reasons: [], idleBytes: this.pool.idleBytes };
  }

  override dispose(): void {
    this.pool.clear();
  }

  #entry(dataId: object): NativeData {
    return this.data.get(dataId) as unknown as NativeData;
  }

  #store(values: Values, shape: number[], dtype: tf.DataType, owned: boolean): tf.TensorInfo {
    const dataId = { id: this.#nextId++ };
    this.data.set(dataId, new NativeData(values, dtype, owned) as never);
    return { dataId, shape, dtype };
  }
}
