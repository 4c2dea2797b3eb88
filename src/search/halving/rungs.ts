import type { Fidelity } from '../../evaluate/index.js';
import type { TrialRecord } from '../../store/index.js';
import { driftOf, type SearchConfig } from '../config.js';
import type { Halving } from './schema.js';

/** Fewest training images of a rung, and fewest programmings where the search has as many: both must still say something. */
const least = { images: 16, repeats: 2 } as const;

type Fidelities = Pick<SearchConfig, 'training' | 'evaluation'> & {
  readonly search: { readonly halving?: Halving | undefined };
};

/** Share of the full cost that a rung has, 0..1. */
export function shareOf({ factor, rungs }: Pick<Halving, 'factor' | 'rungs'>, rung: number): number {
  return factor ** (rung - (rungs - 1));
}

/** The fidelity of a search's trials where it has no rungs, and of its last rung. */
export function searchFidelity({ training, evaluation }: Pick<SearchConfig, 'training' | 'evaluation'>): Fidelity {
  return { ...training, evaluation: driftOf(evaluation) };
}

/** The fidelity of a rung, but for its images: see {@link rungImages}. */
export function rungFidelity(config: Fidelities, rung: number): Fidelity {
  const full = searchFidelity(config);
  const { halving } = config.search;
  if (halving === undefined) return full;
  const share = shareOf(halving, rung);
  const epochs = halving.of.includes('epochs') ? share : 1;
  const repeats = halving.of.includes('repeats') ? share : 1;
  const { digital, hwa, evaluation } = full;
  return {
    digital: { ...digital, ...shortened(digital, epochs) },
    hwa: { ...hwa, ...shortened(hwa, epochs) },
    evaluation: {
      ...evaluation,
      repeats: Math.max(Math.min(least.repeats, evaluation.repeats), Math.round(evaluation.repeats * repeats)),
    },
  };
}

/** Training images of each rung; undefined where all rungs have all of them. */
export function rungImages(
  { search: { halving } }: { readonly search: { readonly halving?: Halving | undefined } },
  images: number,
): number[] | undefined {
  if (halving === undefined || !halving.of.includes('data')) return undefined;
  return Array.from({ length: halving.rungs }, (_, rung) =>
    Math.min(images, Math.max(least.images, Math.round(images * shareOf(halving, rung)))),
  );
}

/** How many trials each rung had, in one sentence. */
export function describeRungs(halving: Halving, trials: readonly Pick<TrialRecord, 'rung'>[]): string {
  const counts = Array.from({ length: halving.rungs }, (_, rung) => {
    const count = trials.filter((trial) => (trial.rung ?? halving.rungs - 1) === rung).length;
    const share = halving.factor ** (halving.rungs - 1 - rung);
    return `${count} at ${share === 1 ? 'full fidelity' : `1/${share}`}`;
  });
  return `Successive halving of ${halving.of.join(', ')}: ${counts.join(', ')}. Outcomes are compared within a fidelity only.`;
}

/** Fewer epochs, at least one where there is any, with the same part of them to warm up. */
function shortened(
  { epochs, warmupEpochs }: { readonly epochs: number; readonly warmupEpochs: number },
  share: number,
): { epochs: number; warmupEpochs: number } {
  if (epochs === 0) return { epochs, warmupEpochs };
  const fewer = Math.max(1, Math.round(epochs * share));
  return { epochs: fewer, warmupEpochs: (warmupEpochs * fewer) / epochs };
}
