import type { Converter } from '../../devices/index.js';
import { type Rng, tf } from '../../tensor/index.js';
import type { Engine } from '../config/crossbar-config.js';
import type { IoParameters } from '../config/io-parameters.js';
import { clipOutput, digitise } from './adc.js';
import { clippedRows } from './bound-test.js';
import { irDropLoss } from './ir-drop.js';
import { type Phase, phasesOf } from './phases.js';
import { withPulseNoise } from './pulse-noise.js';
import { type Thevenin, theveninProduct } from './thevenin.js';
import type { TileDraws } from './tile-draws.js';
import { timesWeights } from './vectors.js';
import { applyVoltageOffset } from './voltage-offset.js';
import { addWeightNoise } from './weight-noise.js';

/** What one analog product needs to know about its tile. */
export interface TilePhysics {
  readonly io: IoParameters;
  readonly engine: Engine;
  readonly draws: TileDraws;
  /** Voltage drop resolved in time; undefined where the tile has none (and in training). */
  readonly thevenin?: Thevenin | undefined;
  /** How weights lie on devices whose read noise depends on the pulse length; undefined where it does not. */
  readonly pulseNoise?: Converter | undefined;
}

/** The clipped ADC values of a product, and which input vectors [batch, 1] drove some output beyond its bound. */
export interface PassResult {
  readonly y: tf.Tensor2D;
  readonly overflowed: tf.Tensor2D;
  /** The ADC values before clipping; of a digital sum the sum itself. */
  readonly rounded: tf.Tensor2D;
  /** The weights of a single pass, where they were read with noise. */
  readonly weights?: tf.Tensor2D | undefined;
}

/** The product of DAC outputs `x` [batch, inputs] and weights [inputs, outputs] in as many passes as the MVM type says. */
export function runPasses(x: tf.Tensor2D, weights: tf.Tensor2D, physics: TilePhysics, rng: Rng): PassResult {
  const { mvType } = physics.io;
  switch (mvType) {
    case 'PosNegSeparate': {
      const sum = tf.tidy(() => {
        const [plus, minus] = signedInputs(x, weights, physics).map(([input, w], i) =>
          analogSum(input, w, physics, rng.child(`pass-${i}`)),
        );
        return tf.add(plus!, minus!) as tf.Tensor2D;
      });
      return convert(sum, physics, rng);
    }
    case 'PosNegSeparateDigitalSum':
      return sumOfPasses(
        signedInputs(x, weights, physics).map(([input, w]): Pass => [input, w, 1]),
        physics,
        rng,
      );
    case 'FourPhase':
      return sumOfPasses(
        signedInputs(x, weights, physics).flatMap(([input, w]): Pass[] => [
          [input, tf.relu(w), 1],
          [input, tf.relu(tf.neg(w)), -1],
        ]),
        physics,
        rng,
      );
    case 'SplitMode':
    case 'BitWise':
      return sumOfPhases(phasesOf(x, physics.io), weights, physics, rng);
    default:
      if (physics.thevenin !== undefined || physics.pulseNoise !== undefined)
        return sumOfPhases(phasesOf(x, physics.io), weights, physics, rng);
      return convert(analogSum(x, weights, physics, rng), physics, rng);
  }
}

/** Positive inputs, and negative inputs with the weights as these see them. */
function signedInputs(x: tf.Tensor2D, weights: tf.Tensor2D, { draws }: TilePhysics): [tf.Tensor2D, tf.Tensor2D][] {
  const negative = draws.negativeRead === undefined ? weights : tf.mul(weights, draws.negativeRead);
  return [
    [tf.relu(x), weights],
    [tf.minimum(x, 0), negative],
  ] as [tf.Tensor2D, tf.Tensor2D][];
}

/** Inputs, weights, and the sign that the digital sum gives the pass. */
type Pass = readonly [tf.Tensor2D, tf.Tensor2D, number];

/** Passes that have their own noise and ADC and are added digitally. */
function sumOfPasses(passes: readonly Pass[], physics: TilePhysics, rng: Rng): PassResult {
  return tf.tidy(() => {
    const results = passes.map(([x, w, sign], i) => {
      const pass = rng.child(`pass-${i}`);
      const { y, overflowed } = convert(analogSum(x, w, physics, pass), physics, pass);
      return { y: tf.mul(y, sign) as tf.Tensor2D, overflowed };
    });
    const y = tf.addN(results.map((r) => r.y));
    return {
      y,
      rounded: y,
      overflowed: results.map((r) => r.overflowed).reduce((a, b) => tf.maximum(a, b)),
    };
  });
}

/** Pulse-width passes with their own noise and ADC, added digitally with their weights. */
function sumOfPhases(phases: readonly Phase[], weights: tf.Tensor2D, physics: TilePhysics, rng: Rng): PassResult {
  const results = phases.map((phase, i) => {
    const { io, thevenin, pulseNoise } = physics;
    const own = rng.child(`phase-${i}`);
    const read =
      pulseNoise === undefined ? weights : withPulseNoise(weights, phase.x, io, pulseNoise, own.child('pulse-noise'));
    const sum: tf.Tensor2D =
      thevenin === undefined ? timesWeights(phase.x, read) : theveninProduct(phase, read, io, thevenin);
    const { y, overflowed, rounded } = convert(sum, physics, own);
    return { y: tf.mul(y, phase.weight) as tf.Tensor2D, overflowed, rounded, weights: read };
  });
  if (results.length === 1) return results[0]!;
  const y = tf.addN(results.map((r) => r.y));
  return { y, rounded: y, overflowed: results.map((r) => r.overflowed).reduce((a, b) => tf.maximum(a, b)) };
}

/** What arrives at the ADC: product, voltage drop, voltage offset, weight noise. */
function analogSum(x: tf.Tensor2D, weights: tf.Tensor2D, { io, engine, draws }: TilePhysics, rng: Rng): tf.Tensor2D {
  return tf.tidy(() => {
    let y: tf.Tensor2D = timesWeights(x, weights);
    if (io.irDrop > 0 && engine === 'rpu')
      y = tf.sub(y, irDropLoss(x, weights, io.irDrop, io.irDropGRatio)) as tf.Tensor2D;
    if (draws.vOffset !== undefined || io.rSeries > 0) {
      y = applyVoltageOffset(y, x, draws.vOffset, io.rSeries, io.vOffsetWMin);
    }
    return addWeightNoise(y, x, weights, io, rng.child('weight-noise')).clone() as tf.Tensor2D;
  });
}

function convert(sum: tf.Tensor2D, { io, engine, draws }: TilePhysics, rng: Rng): PassResult {
  return tf.tidy(() => {
    const rounded = digitise(sum, io, engine, draws, rng);
    return { y: clipOutput(rounded, io).clone() as tf.Tensor2D, overflowed: clippedRows(rounded, io, engine), rounded };
  });
}
