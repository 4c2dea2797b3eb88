import type { Rng } from '../../tensor/index.js';

/** How a network is fitted. */
export interface NetworkOptions {
  /** Units of the two hidden layers. */
  readonly hidden: number;
  /** Gradient steps, each on `batch` rows. */
  readonly steps: number;
  readonly batch: number;
  /** Highest learning rate; it falls to 0 along a half cosine. */
  readonly rate: number;
  /** Share of each weight that a step of full rate takes away. */
  readonly decay: number;
}

/** Weights of inputs -> hidden -> hidden -> 1, ReLU between: all in one array, layer after layer, biases last in each. */
export interface Network {
  readonly inputs: number;
  readonly hidden: number;
  readonly weights: Float64Array;
}

/** Adam's constants (Kingma and Ba 2015). */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Fits a small network by least squares. It is written out on plain arrays: at these sizes (some thousand weights, 32
 * rows) the bookkeeping of a tensor library takes ten times as long as the arithmetic.
 *
 * @param x inputs between 0 and 1, rows x inputs; zeros are skipped, and one-hot inputs are mostly zero
 * @param y labels of about mean 0 and variance 1
 */
export function fitNetwork(x: Float64Array, y: Float64Array, options: NetworkOptions, rng: Rng): Network {
  const rows = y.length;
  const inputs = x.length / rows;
  const network = initial(inputs, options.hidden, rng);
  const pass = new Pass(network);
  const gradient = new Float64Array(network.weights.length);
  const [first, second] = [new Float64Array(gradient.length), new Float64Array(gradient.length)];
  const order = Array.from({ length: rows }, (_, i) => i);
  const batch = Math.min(options.batch, rows);
  let place = rows;
  for (let step = 1; step <= options.steps; step++) {
    gradient.fill(0);
    for (let i = 0; i < batch; i++, place++) {
      if (place >= rows) {
        rng.shuffle(order);
        place = 0;
      }
      const row = order[place]!;
      pass.addGradient(x, row * inputs, y[row]!, gradient, 2 / batch);
    }
    const rate = options.rate * 0.5 * (1 + Math.cos((Math.PI * (step - 1)) / options.steps));
    adam(network.weights, gradient, first, second, step, rate, options.decay);
  }
  return network;
}

/** The network's output for each row. */
export function runNetwork(network: Network, x: Float64Array): Float64Array {
  const pass = new Pass(network);
  return Float64Array.from({ length: x.length / network.inputs }, (_, row) => pass.forward(x, row * network.inputs));
}

/** Number of weights and biases. */
export function weightCount(inputs: number, hidden: number): number {
  return (inputs + 1) * hidden + (hidden + 1) * hidden + hidden + 1;
}

/** Normal weights of variance 2 / inputs (He et al. 2015), biases 0. */
function initial(inputs: number, hidden: number, rng: Rng): Network {
  const weights = new Float64Array(weightCount(inputs, hidden));
  const fill = (at: number, count: number, fanIn: number) => {
    for (let i = 0; i < count; i++) weights[at + i] = rng.normal(0, Math.sqrt(2 / fanIn));
  };
  // a row of mostly zeros has fewer inputs than it is long
  fill(0, inputs * hidden, Math.max(1, inputs / 2));
  fill((inputs + 1) * hidden, hidden * hidden, hidden);
  fill((inputs + 1) * hidden + (hidden + 1) * hidden, hidden, hidden);
  return { inputs, hidden, weights };
}

/** Forward and backward pass of single rows. */
class Pass {
  readonly #network: Network;
  readonly #a: Float64Array;
  readonly #b: Float64Array;
  readonly #deltaA: Float64Array;

  constructor(network: Network) {
    this.#network = network;
    this.#a = new Float64Array(network.hidden);
    this.#b = new Float64Array(network.hidden);
    this.#deltaA = new Float64Array(network.hidden);
  }

  forward(x: Float64Array, at: number): number {
    const { inputs, hidden, weights } = this.#network;
    const [a, b] = [this.#a, this.#b];
    const second = (inputs + 1) * hidden;
    const last = second + (hidden + 1) * hidden;
    for (let j = 0; j < hidden; j++) a[j] = weights[inputs * hidden + j]!;
    for (let i = 0; i < inputs; i++) {
      const value = x[at + i]!;
      if (value === 0) continue;
      for (let j = 0, w = i * hidden; j < hidden; j++, w++) a[j] = a[j]! + value * weights[w]!;
    }
    for (let j = 0; j < hidden; j++) b[j] = weights[second + hidden * hidden + j]!;
    for (let i = 0; i < hidden; i++) {
      const value = a[i]!;
      if (value <= 0) continue;
      for (let j = 0, w = second + i * hidden; j < hidden; j++, w++) b[j] = b[j]! + value * weights[w]!;
    }
    let out = weights[last + hidden]!;
    for (let j = 0; j < hidden; j++) if (b[j]! > 0) out += b[j]! * weights[last + j]!;
    return out;
  }

  /** Adds `factor` times the gradient of half the squared error of one row. */
  addGradient(x: Float64Array, at: number, y: number, gradient: Float64Array, factor: number): void {
    const { inputs, hidden, weights } = this.#network;
    const [a, b, deltaA] = [this.#a, this.#b, this.#deltaA];
    const second = (inputs + 1) * hidden;
    const last = second + (hidden + 1) * hidden;
    const delta = factor * (this.forward(x, at) - y);
    gradient[last + hidden] = gradient[last + hidden]! + delta;
    // b becomes the gradient of its own sums
    for (let j = 0; j < hidden; j++) {
      const active = b[j]! > 0;
      if (active) gradient[last + j] = gradient[last + j]! + delta * b[j]!;
      b[j] = active ? delta * weights[last + j]! : 0;
      const bias = second + hidden * hidden + j;
      gradient[bias] = gradient[bias]! + b[j]!;
    }
    for (let i = 0; i < hidden; i++) {
      const value = a[i]!;
      deltaA[i] = 0;
      if (value <= 0) continue;
      let sum = 0;
      for (let j = 0, w = second + i * hidden; j < hidden; j++, w++) {
        gradient[w] = gradient[w]! + value * b[j]!;
        sum += weights[w]! * b[j]!;
      }
      deltaA[i] = sum;
    }
    for (let j = 0, w = inputs * hidden; j < hidden; j++, w++) gradient[w] = gradient[w]! + deltaA[j]!;
    for (let i = 0; i < inputs; i++) {
      const value = x[at + i]!;
      if (value === 0) continue;
      for (let j = 0, w = i * hidden; j < hidden; j++, w++) gradient[w] = gradient[w]! + value * deltaA[j]!;
    }
  }
}

function adam(
  weights: Float64Array,
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  step: number,
  rate: number,
  decay: number,
): void {
  const [shrink1, shrink2] = [1 / (1 - BETA1 ** step), 1 / (1 - BETA2 ** step)];
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const m = BETA1 * first[i]! + (1 - BETA1) * g;
    const v = BETA2 * second[i]! + (1 - BETA2) * g * g;
    first[i] = m;
    second[i] = v;
    weights[i] = weights[i]! * (1 - rate * decay) - (rate * m * shrink1) / (Math.sqrt(v * shrink2) + EPSILON);
  }
}
