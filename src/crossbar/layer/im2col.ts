import { tf } from '../../tensor/index.js';
import { type ConvShape, explicitPad, outputSize } from './layer-shape.js';

/** The patches of an NHWC image as rows, elements in matrix order (channel, kh, kw): [batch * out height * out width, rows]. */
export function im2col(x: tf.Tensor4D, shape: ConvShape): tf.Tensor2D {
  const [batch, height, width, channels] = x.shape;
  const [kh, kw] = shape.kernel;
  const [sh, sw] = shape.strides;
  const [dh, dw] = shape.dilations;
  const pad = explicitPad(shape, height, width);
  const [outHeight, outWidth] = outputSize(shape, height, width);
  return tf.tidy(() => {
    const padded = tf.pad(x, [
      [0, 0],
      [pad.top, pad.bottom],
      [pad.left, pad.right],
      [0, 0],
    ]);
    const views: tf.Tensor[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const [top, left] = [i * dh, j * dw];
        const end = [batch, top + (outHeight - 1) * sh + 1, left + (outWidth - 1) * sw + 1, channels];
        views.push(tf.stridedSlice(padded, [0, top, left, 0], end, [1, sh, sw, 1]));
      }
    }
    return tf.reshape(tf.stack(views, 4), [batch * outHeight * outWidth, channels * kh * kw]);
  });
}
