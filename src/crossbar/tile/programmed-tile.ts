import type { NoiseModel } from '../../devices/index.js';
import { type Rng, tf } from '../../tensor/index.js';

/** What programming leaves on a tile: the noisy weights, and each device's drift coefficient for its later life. */
export interface ProgrammedTile {
  /** [inputs, outputs], normalised units */
  readonly weights: tf.Tensor2D;
  /** One tensor per device of the unit cell. */
  readonly coefficients: readonly tf.Tensor2D[];
}

/** Writes target weights to the devices: convert, add programming noise, convert back. */
export function programTile(target: tf.Tensor2D, model: NoiseModel, rng: Rng): ProgrammedTile {
  return tf.tidy(() => {
    const { conductances, scale } = model.converter.toConductances(target);
    const programmed = conductances.map((g, i) => model.program(g, rng.child(`program-${i}`)) as tf.Tensor2D);
    const coefficients = conductances.map((g, i) => model.driftCoefficient(g, rng.child(`nu-${i}`)) as tf.Tensor2D);
    return { weights: model.converter.toWeights(programmed, scale), coefficients };
  });
}

/**
 * The weights as read `seconds` after programming. As in AIHWKit, the programmed weights are converted once more, so
 * that the conductance scale follows the largest noisy weight and each pair has one active device again.
 */
export function driftTile(tile: ProgrammedTile, model: NoiseModel, seconds: number, rng: Rng): tf.Tensor2D {
  return tf.tidy(() => {
    const { conductances, scale } = model.converter.toConductances(tile.weights);
    const drifted = conductances.map(
      (g, i) => model.drift(g, tile.coefficients[i]!, seconds, rng.child(`read-${i}`)) as tf.Tensor2D,
    );
    return model.converter.toWeights(drifted, scale);
  });
}

/** Frees a programmed tile. */
export function disposeProgrammed(tile: ProgrammedTile): void {
  tf.dispose([tile.weights, ...tile.coefficients]);
}
