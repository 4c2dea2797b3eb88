import { tf } from '../../tensor/index.js';

/** One batch norm's running statistics. */
export interface MovingPair {
  readonly mean: tf.Variable;
  readonly variance: tf.Variable;
  /** Share that survives a training step. */
  readonly momentum: number;
}

/**
 * The moving averages of all batch norms of a model. A training step updates them as one long vector, in four
 * operations instead of four for each of them; the variables are written when somebody wants to read them.
 */
export class MovingStatistics {
  readonly #pairs: readonly MovingPair[];
  /** Means of all batch norms, then all variances; null while the variables are current. */
  #pending: tf.Tensor1D | null = null;
  #rate: tf.Tensor | null = null;

  constructor(pairs: readonly MovingPair[]) {
    this.#pairs = pairs;
  }

  /** Takes in the statistics of a batch, in the order of the pairs. No gradient passes through. */
  update(means: readonly tf.Tensor1D[], variances: readonly tf.Tensor1D[]): void {
    if (this.#pairs.length === 0) return;
    this.#rate ??= this.#learningRate();
    const next = withoutTape(() => {
      const batch = tf.concat1d([...means, ...variances]);
      const before = this.#pending ?? tf.concat1d(this.#variables() as unknown as tf.Tensor1D[]);
      return tf.add(before, tf.mul(tf.sub(batch, before), this.#rate!)) as tf.Tensor1D;
    });
    this.#pending?.dispose();
    this.#pending = tf.keep(next);
  }

  /** Replaces the averages by the mean statistics of some batches, each given as {@link update} takes them. */
  replace(batches: readonly { means: readonly tf.Tensor1D[]; variances: readonly tf.Tensor1D[] }[]): void {
    if (this.#pairs.length === 0 || batches.length === 0) return;
    const mean = tf.tidy(() => {
      const all = batches.map(({ means, variances }) => tf.concat1d([...means, ...variances]));
      return tf.div(tf.addN(all), batches.length) as tf.Tensor1D;
    });
    this.#pending?.dispose();
    this.#pending = tf.keep(mean);
  }

  /** Writes the averages into the variables. */
  flush(): void {
    const pending = this.#pending;
    if (pending === null) return;
    const variables = this.#variables();
    tf.tidy(() => {
      const parts = tf.split(
        pending,
        variables.map(({ size }) => size),
      );
      for (const [i, variable] of variables.entries()) variable.assign(parts[i]!);
    });
    pending.dispose();
    this.#pending = null;
  }

  dispose(): void {
    this.#pending?.dispose();
    this.#rate?.dispose();
    this.#pending = null;
    this.#rate = null;
  }

  #variables(): tf.Variable[] {
    return [...this.#pairs.map(({ mean }) => mean), ...this.#pairs.map(({ variance }) => variance)];
  }

  /** 1 - momentum: a number where all are equal, else one value per channel. */
  #learningRate(): tf.Tensor {
    const rates = new Set(this.#pairs.map(({ momentum }) => 1 - momentum));
    if (rates.size === 1) return tf.keep(tf.scalar([...rates][0]!));
    const perChannel = this.#pairs.flatMap(({ momentum, mean }) => Array<number>(mean.size).fill(1 - momentum));
    return tf.keep(tf.tensor1d([...perChannel, ...perChannel]));
  }
}

/** Computes a tensor without recording how: a gradient that is being taken does not see it. */
function withoutTape(compute: () => tf.Tensor1D): tf.Tensor1D {
  const untaped = tf.customGrad(() => ({ value: tf.tidy(compute), gradFunc: () => [] }));
  const anchor = tf.scalar(0);
  const value = untaped(anchor) as tf.Tensor1D;
  anchor.dispose();
  return value;
}
