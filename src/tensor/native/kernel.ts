import type { tf } from '../tf.js';
import type { NativeBackend } from './native-backend.js';

/** One tensor or several, as kernels return them. */
export type Outputs = tf.TensorInfo | tf.TensorInfo[];

/** What a native kernel is called with; the attributes are those of tfjs' kernel of the same name. */
export interface KernelCall<Attrs = tf.NamedAttrMap> {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs: Attrs;
  readonly backend: NativeBackend;
  /** Runs tfjs' cpu kernel instead: for types and cases that the native kernel leaves out. */
  otherwise(): Outputs;
}

/** A native kernel: the name that tfjs calls it by, and what it does. */
export interface NativeKernel {
  readonly name: string;
  run(call: KernelCall<never>): Outputs;
}

/** Declares a kernel with the type of its attributes. */
export function kernel<Attrs>(name: string, run: (call: KernelCall<Attrs>) => Outputs): NativeKernel {
  return { name, run: run as (call: KernelCall<never>) => Outputs };
}

/** Whether all tensors are float32 (a missing one is no obstacle). */
export function allFloat(...infos: (tf.TensorInfo | undefined | null)[]): boolean {
  return infos.every((info) => info == null || info.dtype === 'float32');
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}
