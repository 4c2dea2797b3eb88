import { AbortError } from '../../training/index.js';
import { type Contender, playerOf, surrogateAfter } from './contenders.js';
import { type Interval, meanInterval } from './interval.js';
import { regretOf } from './play.js';
import type { Tabular } from './tabular.js';

/** One contender over all seeds. */
export interface ContenderResult extends Contender {
  /** Regret after the last query, per seed. */
  readonly final: readonly number[];
  /** Its mean with a 95 % confidence interval. */
  readonly finalRegret: Interval;
  /** Mean regret with its 95 % confidence interval after each query; a single search has no interval. */
  readonly curve: { readonly mean: number[]; readonly low: number[] | null; readonly high: number[] | null };
  /** Those whose final regret is higher, the two intervals apart; none where there are no intervals. */
  readonly beats: readonly string[];
}

/** How every strategy fares on a table. */
export interface TabularComparison {
  readonly target: string;
  /** Architectures of the table, and rows that were left out: no number, or an architecture for the second time. */
  readonly rows: number;
  readonly dropped: number;
  readonly repeated: number;
  /** The table's highest value: regret counts from it. */
  readonly best: number;
  readonly queries: number;
  readonly seeds: number;
  /** Seed of the first game; the others follow. */
  readonly firstSeed: number;
  readonly batch: number;
  /** Queries from which on a surrogate takes part. */
  readonly surrogateAfter: number;
  readonly contenders: readonly ContenderResult[];
}

/** What a comparison is told. */
export interface ComparisonRequest {
  /** Each once. */
  readonly contenders: readonly Contender[];
  readonly queries: number;
  readonly seeds: number;
  readonly firstSeed: number;
  /** Architectures asked for at a time. */
  readonly batch: number;
}

/** How a comparison is watched and stopped. */
export interface ComparisonWatch {
  readonly signal?: AbortSignal | undefined;
  /** Hears of every finished game. */
  readonly onGame?: ((contender: Contender, done: number, total: number) => void) | undefined;
}

/**
 * Lets every contender search the table once per seed.
 *
 * @throws an AbortError when the signal stopped it
 */
export async function compareOnTable(
  table: Tabular,
  request: ComparisonRequest,
  { signal, onGame = () => {} }: ComparisonWatch = {},
): Promise<TabularComparison> {
  const { queries, seeds, firstSeed, batch } = request;
  const total = request.contenders.length * seeds;
  let done = 0;
  const results: Omit<ContenderResult, 'beats'>[] = [];
  for (const contender of request.contenders) {
    const games: Float64Array[] = [];
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      games.push(game(contender, table, seed, queries, batch));
      onGame(contender, ++done, total);
      // a turn of the event loop, so that Ctrl-C is heard
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw new AbortError(signal.reason);
    }
    results.push(summarise(contender, games, queries));
  }
  const { target, rows, dropped, repeated, best } = table;
  return {
    target,
    rows,
    dropped,
    repeated,
    best,
    queries,
    seeds,
    firstSeed,
    batch,
    surrogateAfter,
    contenders: results.map((result) => ({ ...result, beats: beatenBy(result, results) })),
  };
}

/** The regret of one search after each query. */
function game(contender: Contender, table: Tabular, seed: number, queries: number, batch: number): Float64Array {
  const player = playerOf(contender, table, seed);
  try {
    return regretOf(player.strategy, table, queries, batch);
  } finally {
    player.dispose();
  }
}

function summarise(
  contender: Contender,
  games: readonly Float64Array[],
  queries: number,
): Omit<ContenderResult, 'beats'> {
  const curve = Array.from({ length: queries }, (_, query) => meanInterval(games.map((regret) => regret[query]!)));
  const ends = (end: 'low' | 'high') => (games.length < 2 ? null : curve.map((interval) => interval[end]!));
  return {
    ...contender,
    final: games.map((regret) => regret[queries - 1]!),
    finalRegret: curve.at(-1)!,
    curve: {
      mean: curve.map(({ mean }) => mean),
      low: ends('low'),
      high: ends('high'),
    },
  };
}

type Summary = Pick<ContenderResult, 'name' | 'finalRegret'>;

function beatenBy({ finalRegret }: Summary, all: readonly Summary[]): string[] {
  const { high } = finalRegret;
  if (high === null) return [];
  return all.filter(({ finalRegret: { low } }) => low !== null && high < low).map(({ name }) => name);
}
