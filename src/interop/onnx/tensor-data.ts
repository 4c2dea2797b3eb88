import { fail } from '../../config/index.js';
import type { TensorProto } from './proto.js';
import type { Constant, Ints } from './values.js';

/** ONNX' numbers of element types that can be read. */
const float32 = 1;
const uint8 = 2;
const int8 = 3;
const int32 = 6;
const int64 = 7;
const bool = 9;
const float16 = 10;
const float64 = 11;
const bfloat16 = 16;

/** The values of a stored tensor: whole numbers as {@link Ints}, all others as {@link Constant}. */
export function readTensor(tensor: TensorProto, source: string): Constant | Ints {
  const refuse = (reason: string) => fail('MODEL_INVALID', `ONNX tensor "${tensor.name}" ${reason}.`, { source });
  if (tensor.dataLocation === 1) refuse('keeps its values in another file, which is not supported');
  const shape = [...tensor.dims];
  const count = shape.reduce((product, size) => product * size, 1);
  const whole = [uint8, int8, int32, int64, bool].includes(tensor.dataType);
  const values = readValues(tensor) ?? refuse(`has an element type that is not supported (${tensor.dataType})`);
  if (values.length !== count) refuse(`should hold ${count} values, but holds ${values.length}`);
  return whole
    ? { kind: 'ints', shape, values: Array.from(values) }
    : { kind: 'constant', shape, data: Float32Array.from(values) };
}

function readValues(tensor: TensorProto): ArrayLike<number> | undefined {
  const { rawData } = tensor;
  const bytes = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const raw = (size: number, read: (offset: number) => number) =>
    Array.from({ length: Math.floor(rawData.length / size) }, (_, i) => read(i * size));
  const isRaw = rawData.length > 0;
  switch (tensor.dataType) {
    case float32:
      return isRaw ? raw(4, (at) => bytes.getFloat32(at, true)) : tensor.floatData;
    case int32:
      return isRaw ? raw(4, (at) => bytes.getInt32(at, true)) : tensor.int32Data;
    case int64:
      return isRaw ? raw(8, (at) => Number(bytes.getBigInt64(at, true))) : tensor.int64Data;
    case int8:
      return isRaw ? raw(1, (at) => bytes.getInt8(at)) : tensor.int32Data;
    case uint8:
    case bool:
      return isRaw ? raw(1, (at) => bytes.getUint8(at)) : tensor.int32Data;
    case float16:
      return isRaw ? raw(2, (at) => halfToNumber(bytes.getUint16(at, true))) : tensor.int32Data.map(halfToNumber);
    case bfloat16:
      return isRaw ? raw(2, (at) => brainToNumber(bytes.getUint16(at, true))) : tensor.int32Data.map(brainToNumber);
    case float64:
      return isRaw ? raw(8, (at) => bytes.getFloat64(at, true)) : tensor.doubleData;
    default:
      return undefined;
  }
}

/** IEEE 754 half precision. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16: the upper half of a float's bits. */
function brainToNumber(bits: number): number {
  const float = new DataView(new ArrayBuffer(4));
  float.setUint32(0, bits << 16);
  return float.getFloat32(0);
}
