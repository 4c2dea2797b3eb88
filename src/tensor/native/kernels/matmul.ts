import { tf } from '../../tf.js';
import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { allFloat, type KernelCall, kernel, type NativeKernel, type Outputs, sizeOf } from '../kernel.js';

interface MatMulAttrs {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly activation?: string;
}

const storeActivations: Readonly<Record<string, number>> = { linear: 0, relu: 1, relu6: 2 };

/** Matrix products in all transposes, batched, with bias and activation. */
export function matmulKernels(addon: NativeAddon): NativeKernel[] {
  const run = (call: KernelCall<MatMulAttrs>): Outputs => {
    const { inputs, attrs, backend } = call;
    const a = inputs.a!;
    const b = inputs.b!;
    const bias = inputs.bias;
    const { transposeA = false, transposeB = false } = attrs;
    const activation = storeActivations[attrs.activation ?? 'linear'];
    if (!allFloat(a, b, bias) || activation === undefined || inputs.preluActivationWeights != null) {
      return call.otherwise();
    }
    const [rowsA, colsA] = a.shape.slice(-2) as [number, number];
    const [rowsB, colsB] = b.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [colsA, rowsA] : [rowsA, colsA];
    const [inner, n] = transposeB ? [colsB, rowsB] : [rowsB, colsB];
    tf.util.assert(
      k === inner,
      () =>
        `Error in matMul: inner shapes (${k}) and (${inner}) of Tensors with shapes ${a.shape} and ` +
        `${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
    );
    const aBatch = sizeOf(a.shape.slice(0, -2));
    const bBatch = sizeOf(b.shape.slice(0, -2));
    const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const batch = sizeOf(batchShape);
    const simple = (aBatch === batch || aBatch === 1) && (bBatch === batch || bBatch === 1);
    const biasFits = bias == null || (bias.shape.length === 1 && bias.shape[0] === n);
    if (!simple || !biasFits || batch * m * n * k === 0) return call.otherwise();
    const [info, out] = backend.output([...batchShape, m, n]);
    const strideA = aBatch === 1 ? 0 : m * k;
    const strideB = bBatch === 1 ? 0 : k * n;
    addon.matmul(
      pack([batch, m, n, k, transposeA ? 1 : 0, transposeB ? 1 : 0, strideA, strideB, activation]),
      backend.floats(a),
      backend.floats(b),
      out,
      bias == null ? null : backend.floats(bias),
    );
    return info;
  };
  return [kernel<MatMulAttrs>('BatchMatMul', run), kernel<MatMulAttrs>('_FusedMatMul', run)];
}
