import { tf } from '../../tensor/index.js';
import { type ConvShape, explicitPad, outputSize } from './layer-shape.js';

/** The transpose of {@link im2col}: adds patch rows (matrix order) up to an image of shape [batch, height, width, channels]. */
export function col2im(patches: tf.Tensor2D, shape: ConvShape, imageShape: readonly number[]): tf.Tensor4D {
  const [batch, height, width, channels] = imageShape as [number, number, number, number];
  const [kh, kw] = shape.kernel;
  const [dh, dw] = shape.dilations;
  const pad = explicitPad(shape, height, width);
  const [outHeight, outWidth] = outputSize(shape, height, width);
  const padded = [height + pad.top + pad.bottom, width + pad.left + pad.right] as const;
  return tf.tidy(() => {
    const taps = tf.unstack(tf.reshape(patches, [batch, outHeight, outWidth, channels, kh * kw]), 4);
    const images = taps.map((tap, k) => {
      const [top, left] = [Math.floor(k / kw) * dh, (k % kw) * dw];
      const spread = spreadPixels(tap as tf.Tensor4D, shape.strides);
      return tf.pad(spread, [
        [0, 0],
        [top, padded[0] - top - spread.shape[1]!],
        [left, padded[1] - left - spread.shape[2]!],
        [0, 0],
      ]);
    });
    return tf.slice(tf.addN(images), [0, pad.top, pad.left, 0], [batch, height, width, channels]) as tf.Tensor4D;
  });
}

/** Puts stride - 1 zeros between neighbouring pixels. */
function spreadPixels(image: tf.Tensor4D, [sh, sw]: readonly [number, number]): tf.Tensor4D {
  if (sh === 1 && sw === 1) return image;
  const [batch, height, width, channels] = image.shape;
  const cells = tf.pad(tf.reshape(image, [batch, height, 1, width, channels]), [
    [0, 0],
    [0, 0],
    [0, sh - 1],
    [0, 0],
    [0, 0],
  ]);
  const rows = tf.pad(tf.reshape(cells, [batch, height * sh, width, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, sw - 1],
    [0, 0],
  ]);
  const grid = tf.reshape(rows, [batch, height * sh, width * sw, channels]) as tf.Tensor4D;
  return tf.slice(grid, [0, 0, 0, 0], [batch, (height - 1) * sh + 1, (width - 1) * sw + 1, channels]);
}
