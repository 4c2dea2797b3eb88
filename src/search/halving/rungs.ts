import { canonicalJson, fail } from '../../config/index.js';
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

/** The images that the rungs train on, where they differ in them. */
type RungTasks = readonly { readonly train?: number | undefined }[] | undefined;

/**
 * Makes sure that every rung measures otherwise than the one below. Epochs, images and programmings are whole numbers with
 * a least value: rungs that round to the same would pay for the same trial twice.
 *
 * @throws CONFIG_INVALID naming the two rungs
 */
export function requireDistinctRungs(config: Fidelities, tasks?: RungTasks): void {
  const { halving } = config.search;
  if (halving === undefined) return;
  const costs = Array.from({ length: halving.rungs }, (_, rung) => {
    return { ...rungFidelity(config, rung), train: tasks?.[rung]?.train };
  });
  const same = costs.findIndex((cost, rung) => canonicalJson(cost) === canonicalJson(costs[rung + 1] ?? null));
  if (same < 0) return;
  fail('CONFIG_INVALID', 'Two neighbouring rungs of the successive halving would measure the same.', {
    path: 'search.halving',
    found: `rungs ${same} and ${same + 1}, both with ${costText(config, same, tasks)}`,
    accepted: `rungs that differ in ${halving.of.join(' or ')} after rounding`,
    hint: 'fewer rungs, a smaller factor, or more of what they save on',
  });
}

/** The name of a rung's fidelity: `1/9`, `full fidelity`. */
export function fidelityOf(halving: Pick<Halving, 'factor' | 'rungs'>, rung = halving.rungs - 1): string {
  const part = halving.factor ** (halving.rungs - 1 - rung);
  return part === 1 ? 'full fidelity' : `1/${part}`;
}

/** How many trials each rung had and what one of them took, in one sentence. */
export function describeRungs(
  config: Fidelities,
  trials: readonly Pick<TrialRecord, 'rung'>[],
  tasks?: RungTasks,
): string {
  const halving = config.search.halving!;
  const counts = Array.from({ length: halving.rungs }, (_, rung) => {
    const count = trials.filter((trial) => (trial.rung ?? halving.rungs - 1) === rung).length;
    return `${count} at ${fidelityOf(halving, rung)} (${costText(config, rung, tasks)})`;
  });
  return `Successive halving of ${halving.of.join(', ')}: ${counts.join(', ')}. Outcomes are compared within a fidelity only.`;
}

/** What a trial of a rung takes of that on which lower rungs save: `2 + 1 epochs, 2 programmings`. */
function costText(config: Fidelities, rung: number, tasks: RungTasks): string {
  const { digital, hwa, evaluation } = rungFidelity(config, rung);
  const texts: Readonly<Record<Halving['of'][number], string>> = {
    epochs: `${digital.epochs} + ${hwa.epochs} epochs`,
    data: `${tasks?.[rung]?.train ?? 'all'} images`,
    repeats: `${evaluation.repeats} programmings`,
  };
  return (config.search.halving?.of ?? []).map((resource) => texts[resource]).join(', ');
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
