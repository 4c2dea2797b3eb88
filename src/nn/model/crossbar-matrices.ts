import { matrixCols, matrixOrder, matrixRows } from '../../crossbar/index.js';
import { tf } from '../../tensor/index.js';
import { type BoundMatrix, setDenseKernel, withDenseKernel } from './bound-matrix.js';

/** The weight matrix of a layer as it lies on crossbars: rows are inputs, those of a convolution channel slowest. */
export interface CrossbarMatrix {
  /** Id of the matrix layer. */
  readonly id: string;
  /** Name of its kernel's node. */
  readonly node: string;
  readonly kind: 'dense' | 'conv2d';
  /** [rows, cols]. The caller owns it. */
  readonly weights: tf.Tensor2D;
}

/** The matrix of a layer, zeros where inputs and outputs of a grouped convolution are not connected. */
export function crossbarMatrix(matrix: BoundMatrix): CrossbarMatrix {
  const { id, node, shape } = matrix;
  const weights = withDenseKernel(matrix, (kernel) => tf.tidy(() => matrixOrder.fromKernel(kernel, shape).clone()));
  return { id, node, kind: shape.kind, weights };
}

/**
 * Writes a matrix of the same form back into the kernel of its layer; entries that the kernel lacks are dropped.
 *
 * @throws TypeError for a matrix of another shape
 */
export function setCrossbarMatrix(matrix: BoundMatrix, weights: tf.Tensor2D): void {
  const { id, shape } = matrix;
  const expected = [matrixRows(shape), matrixCols(shape)];
  if (!tf.util.arraysEqual(weights.shape, expected)) {
    throw new TypeError(
      `matrix layer ${id}: expected weights [inputs, outputs] = [${expected}], got [${weights.shape}]`,
    );
  }
  tf.tidy(() => setDenseKernel(matrix, matrixOrder.toKernel(weights, shape)));
}
