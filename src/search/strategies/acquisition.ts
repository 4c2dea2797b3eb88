import { hypervolume } from '../pareto/hypervolume.js';

/** Probability that a standard normal number is below `x` (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(x) / Math.SQRT2));
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - polynomial * Math.exp(-(x * x) / 2);
  return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

/**
 * Expected improvement (Jones, Schonlau and Welch 1998): by how much a normal number of this mean and deviation exceeds
 * `best`, on average, where it exceeds it.
 */
export function expectedImprovement(mean: number, deviation: number, best: number): number {
  const gain = mean - best;
  if (!(deviation > 0)) return Math.max(0, gain);
  const z = gain / deviation;
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  return gain * normalCdf(z) + deviation * density;
}

/** Probability that a normal number of this mean and deviation is at most `limit` (Gardner et al. 2014). */
export function probabilityWithin(mean: number, deviation: number, limit: number): number {
  if (!(deviation > 0)) return mean <= limit ? 1 : 0;
  return normalCdf((limit - mean) / deviation);
}

/** The middles of eight equally likely slices of the normal distribution. */
const slices = [-1.5341205, -0.8871466, -0.4887764, -0.1573107, 0.1573107, 0.4887764, 0.8871466, 1.5341205];

/**
 * Expected hypervolume improvement (Emmerich 2005) of a candidate of which one objective is uncertain: the mean over
 * equally likely slices of that objective's distribution of the volume that the candidate adds to the front.
 *
 * @param uncertain place of the uncertain objective
 */
export class VolumeImprovement {
  readonly #front: readonly (readonly number[])[];
  readonly #reference: readonly number[];
  readonly #volume: number;

  constructor(front: readonly (readonly number[])[], reference: readonly number[]) {
    this.#front = front;
    this.#reference = reference;
    this.#volume = hypervolume(front, reference);
  }

  of(objectives: readonly number[], uncertain: number, deviation: number): number {
    if (!(deviation > 0)) return this.#gain(objectives);
    const sum = slices.reduce((total, z) => {
      const moved = objectives.map((value, i) => (i === uncertain ? value + z * deviation : value));
      return total + this.#gain(moved);
    }, 0);
    return sum / slices.length;
  }

  #gain(objectives: readonly number[]): number {
    if (objectives.some((value, i) => value <= this.#reference[i]!)) return 0;
    if (this.#front.some((member) => member.every((value, i) => value >= objectives[i]!))) return 0;
    return hypervolume([...this.#front, objectives], this.#reference) - this.#volume;
  }
}
