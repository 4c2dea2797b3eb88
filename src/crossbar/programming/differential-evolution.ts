import type { Rng } from '../../tensor/index.js';

/** How a population searches the unit hypercube. Names and defaults are those of AIHWKit's weight programming optimiser. */
export interface EvolutionOptions {
  /** Members per dimension. */
  readonly popsize?: number;
  /** Generations at most. */
  readonly maxiter?: number;
  /** Weight of the difference of two members that is added to the best. */
  readonly mutation?: number;
  /** Share of coordinates that a trial takes from the mutant. */
  readonly recombination?: number;
  /** Ends where the deviation of the losses falls below this. */
  readonly atol?: number;
}

/** The best point found. */
export interface EvolutionResult {
  readonly x: Float64Array;
  readonly loss: number;
  readonly generations: number;
}

/**
 * Differential evolution `best1bin` (Storn and Price 1997, as scipy has it) over [0, 1]^n, started from a Latin
 * hypercube. Stops as soon as a loss below zero is found.
 */
export function differentialEvolution(
  loss: (x: Float64Array, evaluation: number) => number,
  dimensions: number,
  rng: Rng,
  { popsize = 100, maxiter = 200, mutation = 0.1, recombination = 0.3, atol = 0.02 }: EvolutionOptions = {},
): EvolutionResult {
  const size = Math.max(5, popsize * dimensions);
  let evaluations = 0;
  const members = latinHypercube(size, dimensions, rng.child('start')).map((x) => ({
    x,
    loss: loss(x, evaluations++),
  }));
  let best = members.reduce((a, b) => (b.loss < a.loss ? b : a));
  const draw = rng.child('evolve');
  let generations = 0;
  while (generations < maxiter && best.loss >= 0 && deviation(members.map((member) => member.loss)) > atol) {
    generations++;
    for (let i = 0; i < size && best.loss >= 0; i++) {
      const x = trial(members, i, best.x, { mutation, recombination }, draw);
      const candidate = { x, loss: loss(x, evaluations++) };
      if (!(candidate.loss <= members[i]!.loss)) continue;
      members[i] = candidate;
      if (candidate.loss < best.loss) best = candidate;
    }
  }
  return { ...best, generations };
}

/** The best member moved by the difference of two others, mixed with member `i`; what leaves the cube is drawn anew. */
function trial(
  members: readonly { readonly x: Float64Array }[],
  i: number,
  best: Float64Array,
  { mutation, recombination }: { mutation: number; recombination: number },
  rng: Rng,
): Float64Array {
  const own = members[i]!.x;
  const a = other(members.length, [i], rng);
  const b = other(members.length, [i, a], rng);
  const always = rng.int(0, own.length);
  return own.map((value, k) => {
    if (k !== always && rng.uniform() >= recombination) return value;
    const moved = best[k]! + mutation * (members[a]!.x[k]! - members[b]!.x[k]!);
    return moved >= 0 && moved <= 1 ? moved : rng.uniform();
  });
}

function other(size: number, taken: readonly number[], rng: Rng): number {
  for (;;) {
    const index = rng.int(0, size);
    if (!taken.includes(index)) return index;
  }
}

function latinHypercube(size: number, dimensions: number, rng: Rng): Float64Array[] {
  const order = Array.from({ length: size }, (_, i) => i);
  const columns = Array.from({ length: dimensions }, (_, k) => rng.child(String(k)).shuffle([...order]));
  return order.map((i) => Float64Array.from(columns, (column) => (column[i]! + rng.uniform()) / size));
}

function deviation(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / finite.length);
}
