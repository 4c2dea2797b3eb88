import { fail } from '../../config/index.js';
import { xgboost } from './library.js';

/** A table of features: `rows` x `cols` values, row after row. */
export interface FeatureTable {
  readonly values: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/** Stacks encodings of equal length into one table. */
export function featureTable(rows: readonly Float32Array[], cols: number): FeatureTable {
  const values = new Float32Array(rows.length * cols);
  for (const [i, row] of rows.entries()) values.set(row, i * cols);
  return { values, rows: rows.length, cols };
}

/** Parameters of a model, as XGBoost names them. */
export type BoosterParameters = Readonly<Record<string, string | number>>;

/**
 * A gradient-boosted model. One thread, silent, seeded: equal data and parameters give equal predictions.
 * It owns native memory: call {@link dispose}.
 */
export class Booster {
  #handle: unknown;

  private constructor(handle: unknown) {
    this.#handle = handle;
  }

  /**
   * Fits a model.
   *
   * @param labels one per row; for `rank:pairwise` all rows form one group
   * @throws SURROGATE_UNAVAILABLE, SURROGATE_INVALID with XGBoost's own words
   */
  static train(table: FeatureTable, labels: Float32Array, rounds: number, parameters: BoosterParameters): Booster {
    return withMatrix(table, (matrix) => {
      const { call } = xgboost();
      call('XGDMatrixSetFloatInfo', matrix, 'label', labels, labels.length);
      if (String(parameters.objective).startsWith('rank:')) {
        call('XGDMatrixSetUIntInfo', matrix, 'group', new Uint32Array([table.rows]), 1);
      }
      return Booster.#create([matrix], (booster) => {
        for (const [name, value] of Object.entries({ nthread: 1, ...parameters })) {
          call('XGBoosterSetParam', booster, name, String(value));
        }
        for (let round = 0; round < rounds; round++) call('XGBoosterUpdateOneIter', booster, round, matrix);
      });
    });
  }

  /**
   * Reads a model: XGBoost's JSON, UBJ, or the legacy binary format of IBM's published `.bst` files.
   *
   * @throws SURROGATE_INVALID when the bytes are no model
   */
  static fromBytes(bytes: Uint8Array): Booster {
    const { call } = xgboost();
    return Booster.#create([], (booster) => {
      call('XGBoosterLoadModelFromBuffer', booster, bytes, bytes.length);
      call('XGBoosterSetParam', booster, 'nthread', '1');
    });
  }

  /** A new model, filled by `fill`; freed where that throws. */
  static #create(matrices: unknown[], fill: (handle: unknown) => void): Booster {
    const out: [unknown] = [null];
    xgboost().call('XGBoosterCreate', matrices, matrices.length, out);
    const booster = new Booster(out[0]);
    try {
      fill(booster.#handle);
    } catch (error) {
      booster.dispose();
      throw error;
    }
    return booster;
  }

  /** Number of features that a row must have. */
  get features(): number {
    const out: [number | bigint] = [0];
    xgboost().call('XGBoosterGetNumFeature', this.#handle, out);
    return Number(out[0]);
  }

  /** One value per row. */
  predict(table: FeatureTable): Float32Array {
    return Booster.predictAll([this], table)[0]!;
  }

  /** The predictions of several models for the same rows, which are copied into XGBoost's memory once. */
  static predictAll(models: readonly Booster[], table: FeatureTable): Float32Array[] {
    for (const model of models) model.#expectWidth(table.cols);
    if (table.rows === 0) return models.map(() => new Float32Array(0));
    return withMatrix(table, (matrix) => models.map((model) => model.#predictMatrix(matrix)));
  }

  #predictMatrix(matrix: unknown): Float32Array {
    const count: [number | bigint] = [0];
    const values: [unknown] = [null];
    const { call, floatsAt } = xgboost();
    call('XGBoosterPredict', this.#handle, matrix, 0, 0, 0, count, values);
    return floatsAt(values[0], Number(count[0]));
  }

  /** XGBoost reads beyond a row that is too short, and takes a short row's missing features for absent ones. */
  #expectWidth(cols: number): void {
    if (cols === this.features) return;
    fail('SURROGATE_INVALID', 'The model was fitted on another number of features.', {
      found: `${cols} features`,
      accepted: `${this.features} features`,
    });
  }

  /** The model in XGBoost's JSON format. */
  toJson(): string {
    return Buffer.from(this.toBytes('json')).toString('utf8');
  }

  /** The model in one of XGBoost's formats; `deprecated` is the legacy binary, which new versions do not write. */
  toBytes(format: 'json' | 'ubj' | 'deprecated'): Uint8Array {
    const length: [number | bigint] = [0];
    const data: [unknown] = [null];
    const { call, bytesAt } = xgboost();
    call('XGBoosterSaveModelToBuffer', this.#handle, JSON.stringify({ format }), length, data);
    return bytesAt(data[0], Number(length[0]));
  }

  /** Frees the native memory; once is enough, more does no harm. */
  dispose(): void {
    if (this.#handle === null) return;
    xgboost().call('XGBoosterFree', this.#handle);
    this.#handle = null;
  }
}

/** Runs `use` with a matrix of XGBoost's own and frees it whatever happens. */
function withMatrix<T>({ values, rows, cols }: FeatureTable, use: (matrix: unknown) => T): T {
  const { call } = xgboost();
  const out: [unknown] = [null];
  call('XGDMatrixCreateFromMat', values, rows, cols, Number.NaN, out);
  try {
    return use(out[0]);
  } finally {
    call('XGDMatrixFree', out[0]);
  }
}
