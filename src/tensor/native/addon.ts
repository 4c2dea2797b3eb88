/** A packed descriptor, then typed arrays; what each function expects stands above it in native/addon/*.cc. */
export type NativeFunction = (descriptor: Float64Array, ...arrays: (NativeArray | null)[]) => void;

/** The arrays that cross the border, without copying. */
export type NativeArray = Float32Array | Int32Array | Uint8Array;

/** What the compiled addon exports. Every function throws an Error on a descriptor or array that does not fit. */
export interface NativeAddon {
  /** The instruction set in use: avx512, avx2 or generic. */
  readonly isa: string;
  /** Names of elementwise operations and reductions; the position is the code in a descriptor. */
  readonly unaryOps: readonly string[];
  readonly binaryOps: readonly string[];
  readonly compareOps: readonly string[];
  readonly reduceOps: readonly string[];
  /** Bytes from the start of the buffer to its first address that is a multiple of `alignment`. */
  alignedOffset(buffer: ArrayBuffer, alignment: number): number;
  readonly setThreads: NativeFunction;
  readonly fmaLoop: NativeFunction;
  readonly unary: NativeFunction;
  readonly binary: NativeFunction;
  readonly compare: NativeFunction;
  readonly addN: NativeFunction;
  readonly fill: NativeFunction;
  readonly castFromInt: NativeFunction;
  readonly castFromBool: NativeFunction;
  readonly reduce: NativeFunction;
  readonly copy: NativeFunction;
  readonly softmax: NativeFunction;
  readonly batchNormTrain: NativeFunction;
  readonly batchNormInfer: NativeFunction;
  readonly batchNormTrainGrad: NativeFunction;
  readonly maxPool: NativeFunction;
  readonly avgPool: NativeFunction;
  readonly maxPoolGrad: NativeFunction;
  readonly avgPoolGrad: NativeFunction;
  readonly softmaxCrossEntropy: NativeFunction;
  readonly sgdMomentum: NativeFunction;
  readonly adam: NativeFunction;
  readonly uniform: NativeFunction;
  readonly normal: NativeFunction;
  readonly conv2d: NativeFunction;
  readonly conv2dInputGrad: NativeFunction;
  readonly conv2dFilterGrad: NativeFunction;
  readonly depthwise: NativeFunction;
  readonly depthwiseInputGrad: NativeFunction;
  readonly depthwiseFilterGrad: NativeFunction;
  readonly matmul: NativeFunction;
  readonly analogConv2d: NativeFunction;
  readonly analogMatmul: NativeFunction;
  readonly noisyWeights: NativeFunction;
}

const scratch = new Float64Array(256);
const lengths = new Map<number, Float64Array>();

/** Packs numbers into a descriptor. It is valid until the next call: native functions read it before they return. */
export function pack(fields: readonly number[]): Float64Array {
  const length = fields.length;
  let view = lengths.get(length);
  if (view === undefined) {
    view = length <= scratch.length ? scratch.subarray(0, length) : new Float64Array(length);
    lengths.set(length, view);
  }
  for (let i = 0; i < length; i++) view[i] = fields[i]!;
  return view;
}
