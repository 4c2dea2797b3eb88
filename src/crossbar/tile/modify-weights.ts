import { type Rng, randomNormal, randomUniform, tf } from '../../tensor/index.js';
import type { Engine } from '../config/crossbar-config.js';
import type { WeightModifier } from '../config/weight-treatment.js';
import { pcmNoise } from './pcm-modifier.js';

/**
 * The weights that hardware-aware training uses in place of the true ones. Works element by element, so that any
 * shape will do; analog (normalised) units.
 *
 * @param largest A: the largest magnitude of each weight's tile, broadcastable to the weights (ignored where the
 *   modifier assumes a fixed one)
 * @returns a new tensor
 */
export function modifyWeights(
  weights: tf.Tensor,
  modifier: WeightModifier,
  largest: tf.Tensor,
  engine: Engine,
  rng: Rng,
): tf.Tensor {
  if (modifier.type === 'None') return weights.clone();
  return tf.tidy(() => {
    const a = amplitude(modifier, largest, engine);
    const modified = applyType(weights, modifier, a, engine, rng);
    return dropped(modified, modifier.pdrop, rng.child('drop')).clone();
  });
}

/** True where the modifier draws the same weights every time and leaves them as they are. */
export function isIdentity(modifier: WeightModifier): boolean {
  return (
    modifier.type === 'None' || ((modifier.type === 'Copy' || modifier.type === 'DropConnect') && modifier.pdrop === 0)
  );
}

/** Of weights that are all zero, the C++ tile takes 1 for their largest magnitude. */
function amplitude(modifier: WeightModifier, largest: tf.Tensor, engine: Engine): tf.Tensor {
  if (!modifier.relToActualWmax) return tf.scalar(modifier.assumedWmax);
  if (engine === 'torch' && modifier.type === 'AddNormal') return largest;
  return tf.where(tf.equal(largest, 0), tf.onesLike(largest), largest);
}

function applyType(w: tf.Tensor, modifier: WeightModifier, a: tf.Tensor, engine: Engine, rng: Rng): tf.Tensor {
  const noise = (sigma: tf.Tensor) => tf.mul(sigma, randomNormal(w.shape, rng.child('noise')));
  const { stdDev } = modifier;
  switch (modifier.type) {
    case 'None':
    case 'Copy':
    case 'DropConnect':
      return w;
    case 'Discretize':
      return discretise(w, modifier, a, engine, rng);
    case 'MultNormal':
      return tf.add(w, tf.mul(w, noise(engine === 'rpu' ? tf.mul(a, stdDev) : tf.scalar(stdDev))));
    case 'AddNormal':
      return tf.add(w, noise(tf.mul(a, stdDev)));
    case 'DiscretizeAddNormal':
      return tf.add(discretise(w, modifier, a, engine, rng), noise(tf.mul(a, stdDev)));
    case 'DoReFa':
      return doReFa(w, modifier, a, rng);
    case 'Poly':
      return tf.add(w, noise(tf.mul(tf.mul(a, stdDev), relativePolynomial(w, modifier, a))));
    case 'ProgNoise': {
      const sigma = tf.mul(tf.mul(a, stdDev / modifier.gMax), relativePolynomial(w, modifier, a));
      return tf.mul(signOf(w), tf.abs(tf.add(w, noise(sigma))));
    }
    case 'PCMNoise':
      return pcmNoise(w, modifier, a, rng);
  }
}

/** The C++ tile steps by A res and rounds half away from zero; the torch tile steps by 2 A res and rounds half to even. */
function discretise(
  w: tf.Tensor,
  { res, stoRound }: WeightModifier,
  a: tf.Tensor,
  engine: Engine,
  rng: Rng,
): tf.Tensor {
  if (res <= 0) return w;
  const relative = engine === 'torch' ? 2 * (res > 1 ? 1 / res : res) : res;
  const step = tf.mul(a, relative);
  const steps = shifted(tf.div(w, step), stoRound, rng);
  return tf.mul(engine === 'torch' ? tf.round(steps) : roundHalfAway(steps), step);
}

/** DoReFa-Net's squashing: `q(tanh(w) k)` with `k = |dorefaClip / tanh(A)|`. */
function doReFa(w: tf.Tensor, { res, stoRound, dorefaClip }: WeightModifier, a: tf.Tensor, rng: Rng): tf.Tensor {
  if (res <= 0) return w;
  const squashed = tf.mul(tf.tanh(w), tf.abs(tf.div(dorefaClip, tf.tanh(a))));
  return tf.mul(roundHalfAway(shifted(tf.div(squashed, res), stoRound, rng)), res);
}

function shifted(steps: tf.Tensor, stochastic: boolean, rng: Rng): tf.Tensor {
  return stochastic ? tf.add(steps, randomUniform(steps.shape, rng.child('round'), -0.5, 0.5)) : steps;
}

/** C's `roundf`. */
function roundHalfAway(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sign(x), tf.floor(tf.add(tf.abs(x), 0.5)));
}

/** `sum of c_k (|w| / A)^k` */
function relativePolynomial(w: tf.Tensor, { coeffs }: WeightModifier, a: tf.Tensor): tf.Tensor {
  const x = tf.div(tf.abs(w), a);
  return coeffs.reduceRight<tf.Tensor>((sum, c) => tf.add(tf.mul(sum, x), c), tf.zerosLike(x));
}

/** +1 for zero and positive weights. */
function signOf(w: tf.Tensor): tf.Tensor {
  return tf.where(tf.less(w, 0), tf.fill(w.shape, -1), tf.onesLike(w));
}

function dropped(w: tf.Tensor, pdrop: number, rng: Rng): tf.Tensor {
  if (pdrop === 0) return w;
  return tf.mul(w, tf.cast(tf.greaterEqual(randomUniform(w.shape, rng), pdrop), 'float32'));
}
