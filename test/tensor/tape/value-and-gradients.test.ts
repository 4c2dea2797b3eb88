import { beforeAll, describe, expect, it } from 'vitest';
import { tf, useBackend, valueAndGradients } from '../../../src/tensor/index.js';
import { nativeAvailable, normals } from '../support.js';

type Losses = Record<string, (x: tf.Tensor, w: tf.Tensor) => tf.Tensor>;

/** Shapes that a tape can take; x and w are [4, 3]. */
const losses: Losses = {
  'a chain': (x, w) => tf.sum(tf.tanh(tf.mul(x, w))),
  'branches that meet': (x, w) => {
    const a = tf.mul(x, w);
    return tf.sum(tf.mul(tf.add(tf.sigmoid(a), a), tf.relu(a)));
  },
  'one tensor for both inputs': (x) => tf.sum(tf.add(tf.mul(x, x), tf.sub(x, x))),
  'views of the same numbers': (x, w) => tf.sum(tf.mul(tf.reshape(tf.clone(x), [3, 4]), tf.transpose(w))),
  'several outputs': (x, w) => {
    const [first, , last] = tf.split(tf.concat([x, w], 1), 3, 1);
    return tf.sum(tf.mul(first!, tf.square(last!)));
  },
  'a gradient that is the very tensor it was given': (x, w) => {
    const passing = tf.customGrad((a) => ({ value: tf.mul(a as tf.Tensor, 2), gradFunc: (dy) => dy }));
    return tf.sum(tf.mul(tf.add(passing(x), passing(w)), x));
  },
  'a gradient that is the same tensor for two inputs': (x, w) => {
    const sum = tf.customGrad((a, b) => ({
      value: tf.add(a as tf.Tensor, b as tf.Tensor),
      gradFunc: (dy) => [dy, dy],
    }));
    return tf.sum(tf.square(sum(x, w)));
  },
  'nothing of w': (x) => tf.sum(tf.square(x)),
  'means over axes': (x, w) => tf.sum(tf.square(tf.mean(tf.mul(x, w), 1))),
};

describe.each(['cpu', ...(nativeAvailable ? ['native' as const] : [])] as const)(
  'valueAndGradients on %s',
  (backend) => {
    beforeAll(async () => {
      await useBackend({ backend });
    });

    it.each(Object.entries(losses))("gives tfjs' own numbers for %s, and leaves nothing else behind", (_, loss) => {
      const [x, w] = [normals([4, 3], 1), normals([4, 3], 2)];
      const f = () => loss(x, w);
      const expected = tf.engine().gradients(f, [x, w], undefined, true);
      const before = tf.memory().numTensors;
      const { value, gradients } = valueAndGradients(f, [x, w]);
      expect(tf.memory().numTensors - before).toBe(1 + gradients.filter((gradient) => gradient !== null).length);
      expect(value.dataSync()).toEqual(expected.value.dataSync());
      expect(gradients.map((gradient) => gradient?.dataSync())).toEqual(
        expected.grads.map((gradient) => gradient?.dataSync()),
      );
      tf.dispose([value, ...gradients.flatMap((gradient) => gradient ?? []), x, w]);
    });

    it('can stand inside of another gradient', () => {
      const x = normals([3], 1);
      tf.tidy(() => {
        const slope = (y: tf.Tensor) => {
          const { value, gradients } = valueAndGradients(() => tf.sum(tf.mul(tf.square(y), y)), [y]);
          value.dispose();
          return gradients[0]!;
        };
        const second = tf.grad(slope)(x);
        expect([...second.dataSync()]).toEqual([...tf.mul(x, 6).dataSync()]);
      });
      x.dispose();
    });

    it('holds the activations behind a layer no longer than its gradient needs them', () => {
      const x = tf.ones([64, 64]);
      const bytes = x.size * 4;
      let first = 0;
      let last = 0;
      /** The identity; notes the bytes in use when the gradient comes by. */
      const probe = (note: (bytes: number) => void) =>
        tf.customGrad((a) => ({
          value: tf.mul(a as tf.Tensor, 1),
          gradFunc: (dy) => {
            note(tf.memory().numBytes);
            return tf.mul(dy, 1);
          },
        }));
      const noteLast = probe((now) => {
        last = now;
      });
      const noteFirst = probe((now) => {
        first = now;
      });
      const before = tf.memory().numBytes;
      const f = () => {
        let y = noteLast(x);
        for (let layer = 0; layer < 20; layer++) y = tf.tanh(y);
        return tf.sum(noteFirst(y));
      };
      const { value, gradients } = valueAndGradients(f, [x]);
      // 20 outputs are saved when the gradient sets out, and none of them is left when it arrives
      expect(first - before).toBeGreaterThan(20 * bytes);
      expect(last - before).toBeLessThan(4 * bytes);
      tf.dispose([value, gradients[0]!, x]);
    });

    it('says which operation has no gradient, frees what it had recorded, and works again', () => {
      const x = normals([4, 3], 1);
      const before = tf.memory().numTensors;
      const broken = () => tf.sum(tf.cumprod(tf.tanh(x)));
      expect(() => valueAndGradients(broken, [x])).toThrow('there is no gradient of Cumprod');
      const failing = () => {
        tf.tanh(x);
        throw new Error('in the middle');
      };
      expect(() => valueAndGradients(failing, [x])).toThrow('in the middle');
      expect(tf.memory().numTensors).toBe(before);
      const { value, gradients } = valueAndGradients(() => tf.sum(x), [x]);
      expect([...gradients[0]!.dataSync()]).toEqual(Array(12).fill(1));
      tf.dispose([value, gradients[0]!, x]);
      expect(tf.memory().numTensors).toBe(before - 1);
    });
  },
);
