/** Running sums of powers of a quantity about a fixed centre: mean, deviation, the accuracy of the deviation; and how many are zero. */
export class SampleMoments {
  #count = 0;
  #zeros = 0;
  readonly #sums: [number, number, number, number] = [0, 0, 0, 0];

  constructor(private readonly centre: number) {}

  add(value: number): void {
    const d = value - this.centre;
    const square = d * d;
    this.#count++;
    if (value === 0) this.#zeros++;
    this.#sums[0] += d;
    this.#sums[1] += square;
    this.#sums[2] += square * d;
    this.#sums[3] += square * square;
  }

  get count(): number {
    return this.#count;
  }

  /** The share that is exactly zero. */
  get fractionZero(): number {
    return this.#zeros / this.#count;
  }

  get mean(): number {
    return this.centre + this.#sums[0] / this.#count;
  }

  get std(): number {
    return Math.sqrt(Math.max(0, this.#central(2)));
  }

  /** Standard error of the deviation, relative to it: sqrt((kurtosis - 1) / 4n). Heavy tails need many samples. */
  get relativeErrorOfStd(): number {
    const variance = this.#central(2);
    if (variance <= 0) return 0;
    return Math.sqrt(Math.max(0, this.#central(4) / variance ** 2 - 1) / (4 * this.#count));
  }

  #central(order: 2 | 4): number {
    const [m1, m2, m3, m4] = this.#sums.map((sum) => sum / this.#count) as [number, number, number, number];
    if (order === 2) return m2 - m1 * m1;
    return m4 - 4 * m3 * m1 + 6 * m2 * m1 * m1 - 3 * m1 ** 4;
  }
}
