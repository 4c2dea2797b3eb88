import { atLeast, type HeldOut, heldOutTau, median } from './cross-validation.js';
import { ndcg } from './ndcg.js';

/** How well unseen rows are ordered and predicted. */
export interface Quality {
  /** Kendall's tau-b of the order; null where all rows are equal. */
  readonly kendallTau: number | null;
  /** The same among the better half of the rows, where a search chooses. */
  readonly betterHalfKendallTau: number | null;
  /** Normalised discounted cumulative gain of the order. */
  readonly ndcg: number | null;
  /** Root of the mean squared error of the expected values, in units of the target. */
  readonly rmse: number;
}

/** Order, expected values and measurements of rows that were held out together. */
export interface Answers extends HeldOut {
  readonly expected: ArrayLike<number>;
}

/** The quality of one set of answers. */
export function qualityOf(answers: Answers): Quality {
  return qualityOfParts([answers]);
}

/** The quality over folds: tau weighted by pairs, nDCG by rows, the errors of all rows together. */
export function qualityOfParts(parts: readonly Answers[]): Quality {
  const measured = parts.flatMap((part) => Array.from(part.measured));
  const squares = parts.flatMap((part) => Array.from(part.measured, (value, i) => (value - part.expected[i]!) ** 2));
  const gains = parts
    .map((part) => ({ gain: ndcg(part.predicted, part.measured), rows: part.measured.length }))
    .filter(({ gain }) => !Number.isNaN(gain));
  const rows = gains.reduce((sum, part) => sum + part.rows, 0);
  return {
    kendallTau: heldOutTau(parts),
    betterHalfKendallTau: heldOutTau(atLeast(parts, median(measured))),
    ndcg: rows === 0 ? null : gains.reduce((sum, part) => sum + part.gain * part.rows, 0) / rows,
    rmse: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length),
  };
}
