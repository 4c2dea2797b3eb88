import type { SharedWeights } from './shared-weights.js';
import { eachRun } from './slice.js';

/** One step of stochastic gradient descent. */
export interface SharedStep {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** Weight decay also on biases and the parameters of norms. */
  readonly decayAll: boolean;
  /** Tensors that lie on crossbars as matrices; weight decay acts on these. */
  readonly kernels: ReadonlySet<string>;
  /** Largest magnitude of each tensor after the step; tensors that are absent have none. */
  readonly bounds: Readonly<Record<string, number>>;
}

/** Sum of the gradients at one tensor, and how many networks had each value. */
interface Sum {
  readonly gradient: Float32Array;
  readonly networks: Uint8Array;
}

/** Gathers the gradients of several networks at the weights that they share. */
export class SharedGradients {
  readonly #sums = new Map<string, Sum>();

  constructor(private readonly shared: SharedWeights) {}

  /** Adds one network's gradient of a tensor of the given shape. */
  add(name: string, shape: readonly number[], gradient: ArrayLike<number>): void {
    const tensor = this.shared.tensors.get(name)!;
    let sum = this.#sums.get(name);
    if (sum === undefined) {
      sum = { gradient: new Float32Array(tensor.data.length), networks: new Uint8Array(tensor.data.length) };
      this.#sums.set(name, sum);
    }
    const { gradient: total, networks } = sum;
    eachRun(tensor.shape, shape, (to, from, length) => {
      for (let i = 0; i < length; i++) {
        total[to + i] = total[to + i]! + gradient[from + i]!;
        networks[to + i] = networks[to + i]! + 1;
      }
    });
  }

  /** Moves every value that some network had by the mean of their gradients; the others stay. Then forgets. */
  step({ learningRate, momentum, nesterov, weightDecay, decayAll, kernels, bounds }: SharedStep): void {
    for (const [name, { gradient, networks }] of this.#sums) {
      const { data, velocity } = this.shared.tensors.get(name)!;
      const decay = decayAll || kernels.has(name) ? weightDecay : 0;
      const bound = bounds[name] ?? Number.POSITIVE_INFINITY;
      for (let i = 0; i < data.length; i++) {
        if (networks[i] === 0) continue;
        const slope = gradient[i]! / networks[i]! + decay * data[i]!;
        velocity[i] = momentum * velocity[i]! + slope;
        const step = nesterov ? slope + momentum * velocity[i]! : velocity[i]!;
        data[i] = Math.max(-bound, Math.min(bound, data[i]! - learningRate * step));
      }
    }
    this.#sums.clear();
  }
}
