import { parseWith } from '../../config/index.js';
import { tf } from '../../tensor/index.js';
import {
  type ActivationQuantConfig,
  activationQuantSchema,
  type PeripheryQuantConfig,
  type RangeEstimatorParams,
  type WeightQuantInput,
  weightQuantSchema,
} from '../config/quantisation.js';
import { type RangeEstimation, RangeEstimator } from './range-estimator.js';
import { quantiseUniform, stepOfRange, uniformGradients } from './uniform-quantiser.js';

/**
 * AIHWKit's `Qstates`: `estimateTrain` (the default) follows the data in training and keeps still otherwise, `estimate`
 * follows always, `fix` never, `learn` leaves the step to the optimiser.
 */
export type QuantiserState = 'estimateTrain' | 'estimate' | 'fix' | 'learn';

/** Step and zero point of a quantiser as plain numbers, one value or one per channel. */
export interface QuantiserValues {
  readonly delta: readonly number[];
  readonly zero: readonly number[];
  readonly signed: boolean;
}

/** Gradients of the step and the zero point of a quantiser, for the optimiser of state `learn`. */
export interface StepGradients {
  readonly delta: tf.Tensor;
  readonly zero: tf.Tensor;
}

/**
 * A digital quantiser with its range (AIHWKit's `QuantizationManager`): finds the range from data, keeps it, or has it
 * trained. {@link apply} is differentiable; the variables {@link delta} and {@link zero} get gradients while learning.
 *
 * @example
 * const quantiser = activationQuantiser({ nBits: 8 });
 * const y = quantiser.apply(x, { train: true }); // follows the range of x
 */
export class Quantiser {
  state: QuantiserState = 'estimateTrain';
  readonly #estimator: RangeEstimator;
  #step: { delta: tf.Variable; zero: tf.Variable; signed: boolean } | undefined;

  constructor(readonly estimation: RangeEstimation) {
    this.#estimator = new RangeEstimator(estimation);
  }

  /** Whether there is a range. */
  get isInitialised(): boolean {
    return this.#step !== undefined;
  }

  /** Step, to be trained in state `learn`; undefined before there is a range. */
  get delta(): tf.Variable | undefined {
    return this.#step?.delta;
  }

  /** Zero point before rounding, to be trained like {@link delta} where the quantiser is asymmetric. */
  get zero(): tf.Variable | undefined {
    return this.estimation.symmetric ? undefined : this.#step?.zero;
  }

  /** Rounds; in a state that estimates, the range follows `x` first. */
  apply<T extends tf.Tensor>(x: T, { train }: { readonly train: boolean }): T {
    const estimates = this.state === 'estimate' || (this.state === 'estimateTrain' && train);
    if (estimates) this.observe(x);
    const { delta, zero, signed } = this.#present();
    const { nBits, symmetric } = this.estimation;
    return quantiseUniform(x, delta, zero, { nBits, symmetric, signed }) as T;
  }

  /** Moves the range by one batch, whatever the state. */
  observe(x: tf.Tensor): void {
    const { nBits, symmetric } = this.estimation;
    const { delta, zero, signed } = tf.tidy(() => {
      const step = stepOfRange(this.#estimator.update(x), nBits, symmetric);
      return { ...step, delta: tf.keep(step.delta), zero: tf.keep(step.zero) };
    });
    this.#set(delta, zero, signed);
  }

  /** Gradients of {@link apply} as it stands: of its input, and of its step and zero point. The caller owns them. */
  gradients(x: tf.Tensor, dy: tf.Tensor): { dx: tf.Tensor; step: StepGradients } {
    const { delta, zero, signed } = this.#present();
    const { nBits, symmetric } = this.estimation;
    const grid = { nBits, symmetric, signed };
    const [dx, ofDelta, ofZero] = tf.tidy(() => uniformGradients(dy, [x, delta, zero], grid));
    return { dx, step: { delta: ofDelta, zero: ofZero } };
  }

  /** Keeps the range from here on. Throws where there is none. */
  fix(): void {
    this.#present();
    this.state = 'fix';
  }

  /** Hands the step to the optimiser. */
  learn(): void {
    this.state = 'learn';
  }

  /** Forgets the range. */
  reset(): void {
    this.#estimator.reset();
    this.#disposeStep();
    this.state = 'estimateTrain';
  }

  /** The range as numbers, to be kept beside a model; undefined where there is none. */
  values(): QuantiserValues | undefined {
    if (this.#step === undefined) return undefined;
    const { delta, zero, signed } = this.#step;
    return { delta: [...delta.dataSync()], zero: [...zero.dataSync()], signed };
  }

  /** Takes a range that {@link values} gave, and keeps it. */
  restore({ delta, zero, signed }: QuantiserValues): void {
    const tensor = (numbers: readonly number[]) =>
      tf.keep(numbers.length === 1 ? tf.scalar(numbers[0]!) : tf.tensor1d([...numbers]));
    this.#set(tensor(delta), tensor(zero), signed);
    this.state = 'fix';
  }

  dispose(): void {
    this.#estimator.reset();
    this.#disposeStep();
  }

  #present() {
    if (this.#step === undefined) {
      throw new Error(
        'a quantiser is used before it has a range: train it, or calibrate it (calibrateQuantizationRanges)',
      );
    }
    return this.#step;
  }

  /** Takes ownership of the tensors. */
  #set(delta: tf.Tensor, zero: tf.Tensor, signed: boolean): void {
    const same = this.#step !== undefined && this.#step.delta.size === delta.size;
    if (!same) {
      this.#disposeStep();
      this.#step = { delta: tf.variable(delta), zero: tf.variable(zero), signed };
    } else {
      this.#step!.delta.assign(delta);
      this.#step!.zero.assign(zero);
      this.#step!.signed = signed;
    }
    tf.dispose([delta, zero]);
  }

  #disposeStep(): void {
    this.#step?.delta.dispose();
    this.#step?.zero.dispose();
    this.#step = undefined;
  }
}

/** A quantiser of activations; `null` where the configuration asks for none. @throws CROSSBAR_INVALID */
export function activationQuantiser(config: Partial<ActivationQuantConfig> | null): Quantiser | null {
  if (config === null) return null;
  const { nBits, symmetric, rangeEstimator, rangeEstimatorParams } = parseWith(
    activationQuantSchema,
    config,
    'activation quantiser',
    'CROSSBAR_INVALID',
  );
  if (nBits === 0) return null;
  return new Quantiser({
    estimator: rangeEstimator,
    params: rangeEstimatorParams,
    nBits,
    symmetric,
    perChannel: false,
  });
}

/** A quantiser of the weights of a digital layer, [..., outputs]; `null` where the configuration asks for none. @throws CROSSBAR_INVALID */
export function weightQuantiser(config: WeightQuantInput): Quantiser | null {
  const { nBits, symmetric, perChannel, rangeEstimator, rangeEstimatorParams } = parseWith(
    weightQuantSchema,
    config,
    'weight quantiser',
    'CROSSBAR_INVALID',
  );
  if (nBits === 0) return null;
  return new Quantiser({ estimator: rangeEstimator, params: rangeEstimatorParams, nBits, symmetric, perChannel });
}

/** A quantiser of digital scales or of a bias; `null` where the configuration asks for none. */
export function peripheryQuantiser({ nBits, symmetric }: PeripheryQuantConfig): Quantiser | null {
  if (nBits === 0) return null;
  const params: RangeEstimatorParams = activationQuantSchema.parse({}).rangeEstimatorParams;
  return new Quantiser({ estimator: 'current_minmax', params, nBits, symmetric, perChannel: false });
}
