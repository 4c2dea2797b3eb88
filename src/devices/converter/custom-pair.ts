import { z } from 'zod';
import { fail } from '../../config/index.js';
import { tf } from '../../tensor/index.js';
import { piecewiseLinear } from '../piecewise-linear.js';
import type { Conversion, ConversionScale, Converter } from './converter.js';
import { rangeNotEmpty } from './range.js';
import { ratioToLargest } from './scale.js';

/** AIHWKit `CustomPairConductanceConverter`: conductances read off tables over a uniform grid of weights. */
export const customPairSchema = z
  .strictObject({
    class: z.literal('CustomPairConductanceConverter'),
    fLst: z.array(z.number().positive()).min(1).describe('significance of each pair, least significant first'),
    gLst: z
      .array(z.array(z.number()).min(2))
      .describe(
        'two tables (plus, minus) per pair, uS, sampled uniformly from the most negative to the most positive weight',
      ),
    gMax: z.number().positive().default(25).describe('largest conductance, uS'),
    gMin: z.number().min(0).default(0).describe('smallest conductance, uS'),
  })
  .refine(...rangeNotEmpty);

/** The weight of every table entry: `sum of f (G+ - G-)`. */
function weightsOfTables(fLst: readonly number[], gLst: readonly (readonly number[])[]): number[] {
  return gLst[0]!.map((_, k) => fLst.reduce((sum, f, i) => sum + f * (gLst[2 * i]![k]! - gLst[2 * i + 1]![k]!), 0));
}

/** Interpolates each device's table at the weight. */
export class CustomPair implements Converter {
  readonly gMax: number;
  readonly gMin: number;
  readonly significances: readonly number[];
  readonly #tables: readonly (readonly number[])[];
  readonly #largest: number;

  constructor(options: { fLst: readonly number[]; gLst: readonly (readonly number[])[]; gMax: number; gMin: number }) {
    const { fLst, gLst } = options;
    this.gMax = options.gMax;
    this.gMin = options.gMin;
    this.significances = fLst;
    this.#tables = gLst;
    if (gLst.length !== 2 * fLst.length || gLst.some((table) => table.length !== gLst[0]!.length)) {
      fail('CROSSBAR_INVALID', 'a custom pair converter needs two tables of equal length for each significance', {
        path: 'gLst',
        found: `${fLst.length} significances, tables of length ${gLst.map((table) => table.length).join(', ')}`,
      });
    }
    const weights = weightsOfTables(fLst, gLst);
    this.#largest = Math.max(...weights.map(Math.abs));
    this.#checkRoundTrip(weights);
  }

  toConductances(weights: tf.Tensor2D): Conversion {
    const ratio = ratioToLargest(weights, this.#largest);
    const conductances = tf.tidy(() => {
      const scaled = tf.mul(weights, ratio);
      return this.#tables.map((table) => piecewiseLinear(scaled, this.#grid(table.length), table) as tf.Tensor2D);
    });
    return { conductances, scale: { ratio } };
  }

  toWeights(conductances: readonly tf.Tensor2D[], { ratio }: ConversionScale): tf.Tensor2D {
    return tf.tidy(() => {
      const pairs = this.significances.map((f, i) => tf.mul(tf.sub(conductances[2 * i]!, conductances[2 * i + 1]!), f));
      return tf.div(tf.addN(pairs), ratio);
    });
  }

  #grid(length: number): number[] {
    return Array.from({ length }, (_, k) => this.#largest * ((2 * k) / (length - 1) - 1));
  }

  /** AIHWKit's test: five weights from -1 to 1 must come back, within its tolerance. */
  #checkRoundTrip(weights: readonly number[]): void {
    const deviation = (weight: number) => {
      const back = interpolated(weights, (weight + 1) / 2) / this.#largest;
      return Math.abs(back - weight) - 1e-5 * Math.abs(back);
    };
    const worst = Math.max(...[-1, -0.5, 0, 0.5, 1].map(deviation));
    if (!(worst <= 1e-4)) {
      fail('CROSSBAR_INVALID', 'the tables of a custom pair converter do not give the weights back', {
        path: 'gLst',
        found: `a deviation of ${worst.toPrecision(3)} of the largest weight`,
        accepted: 'sum of f (G+ - G-) that gives -1, -0.5, 0, 0.5 and 1 of the largest weight back, to 1e-4',
      });
    }
  }
}

/** The value of a table at a position from 0, its first entry, to 1, its last. */
function interpolated(table: readonly number[], position: number): number {
  const index = Math.min(Math.floor(position * (table.length - 1)), table.length - 2);
  const share = position * (table.length - 1) - index;
  return table[index]! * (1 - share) + table[index + 1]! * share;
}
