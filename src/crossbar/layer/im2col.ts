import { tf } from '../../tensor/index.js';
import { type ConvShape, explicitPad, type LayerShape, outputSize } from './layer-shape.js';

/** The input vectors that a layer's matrix gets, one per row: [vectors, rows]. */
export function layerVectors(x: tf.Tensor, shape: LayerShape): tf.Tensor2D {
  return shape.kind === 'conv2d' ? im2col(x as tf.Tensor4D, shape) : tf.reshape(x, [-1, shape.inSize]);
}

/** The patches of an NHWC image as rows, elements in matrix order (channel, kh, kw): [batch * out height * out width, rows]. */
export function im2col(x: tf.Tensor4D, shape: ConvShape): tf.Tensor2D {
  const [batch, height, width, channels] = x.shape;
  const [kh, kw] = shape.kernel;
  const [sh, sw] = shape.strides;
  const [dh, dw] = shape.dilations;
  const pad = explicitPad(shape, height, width);
  const [outHeight, outWidth] = outputSize(shape, height, width);
  return tf.tidy(() => {
    // Rows and columns behind the image, so that every stride has its whole cell (see firstOfCells).
    const padded = tf.pad(x, [
      [0, 0],
      [pad.top, pad.bottom + sh - 1],
      [pad.left, pad.right + sw - 1],
      [0, 0],
    ]);
    const views: tf.Tensor[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const [top, left] = [i * dh, j * dw];
        const cells = tf.slice(padded, [0, top, left, 0], [batch, outHeight * sh, outWidth * sw, channels]);
        views.push(firstOfCells(cells, sh, sw));
      }
    }
    // concat and not stack: it is the one that the native backend has a kernel for.
    const taps = tf.concat(
      views.map((view) => tf.expandDims(view, 4)),
      4,
    );
    return tf.reshape(taps, [batch * outHeight * outWidth, channels * kh * kw]);
  });
}

/** The upper left pixel of every cell of `sh` x `sw` pixels. A strided slice by operations that every backend has fast. */
function firstOfCells(image: tf.Tensor4D, sh: number, sw: number): tf.Tensor4D {
  if (sh === 1 && sw === 1) return image;
  const [batch, height, width, channels] = image.shape;
  const [rows, cols] = [height / sh, width / sw];
  const cells = tf.reshape(image, [batch, rows, sh, cols, sw, channels]);
  return tf.reshape(tf.slice(cells, [0, 0, 0, 0, 0, 0], [batch, rows, 1, cols, 1, channels]), [
    batch,
    rows,
    cols,
    channels,
  ]);
}
