import { type Chip, loadChip } from '../chip/index.js';
import { contentHash, fail } from '../config/index.js';
import { type CrossbarConfig, resolveCrossbar } from '../crossbar/index.js';
import { loadTask, type Normalisation } from '../data/index.js';
import type { TrialSpec } from '../evaluate/index.js';
import type { NetworkGraph } from '../nn/index.js';
import { type Architecture, hardwareNote, hardwareOf, requireFeasible, type SearchSpace } from '../space/index.js';
import { type BackendName, createRng, useBackend } from '../tensor/index.js';
import { baselineFor } from './baseline.js';
import { requireFeasibleOnChip } from './chip-limits.js';
import type { SearchConfig } from './config.js';
import { rungImages } from './halving/rungs.js';
import { limitedSpace } from './limited-space.js';
import { createAdvisor } from './surrogate-advisor.js';
import { enqueuedArchitectures, withoutFiles } from './warm-start/enqueued.js';
import { folderHash } from './warm-start/folder-hash.js';

/** Everything a run needs that a configuration only names, found and checked before any work starts. */
export interface RunSetup {
  /** As given, but for files of `search.enqueue`: their architectures stand in their place. */
  readonly config: SearchConfig;
  /** The space under the run's limits. */
  readonly space: SearchSpace;
  readonly chip: Chip;
  readonly crossbar: CrossbarConfig;
  readonly backend: BackendName;
  /** Which backend runs and why, in one sentence. */
  readonly backendLine: string;
  /** The images of the search. */
  readonly task: TrialSpec['task'];
  /** The images of the final table: other training images than the search's where `final.train` says so. */
  readonly finalTask: TrialSpec['task'];
  /** Names of the classes, and mean and deviation of the final training images: what a user of a trained network needs. */
  readonly classes: readonly string[];
  readonly normalise: Normalisation;
  /** What must be shown beside the results. */
  readonly notes: readonly string[];
  readonly baseline: NetworkGraph | null;
  /** Architectures to measure before anything is proposed. */
  readonly enqueued: readonly Architecture[];
  /** The images of each rung of fidelity, where rungs differ in them. */
  readonly rungTasks?: readonly TrialSpec['task'][];
  /** Stands for all of the above that can change a result; a run is only resumed under an equal one. */
  readonly fingerprint: string;
}

/**
 * Finds and checks what a configuration names: space, limits, chip, crossbar, backend, images, baseline.
 *
 * @throws every refusal of those rooms; LIMITS_UNREACHABLE when no architecture meets the limits; CONFIG_INVALID when
 *   the space builds networks for other images than the task has
 */
export async function prepareRun(given: SearchConfig): Promise<RunSetup> {
  const chip = loadChip(given.chip);
  const space = limitedSpace(given, chip);
  const config = selfContained(given, space);
  requireFeasible(space, createRng(config.seed, 'limits'));
  createAdvisor(config, space, chip, createRng(config.seed, 'probe'))?.dispose();
  requireFeasibleOnChip(space, chip, config.limits, config.seed);
  const enqueued = enqueuedArchitectures(given, space, chip);
  const crossbar = resolveCrossbar(config.crossbar, 'crossbar');
  const baseline = baselineFor(config.final.baseline, space.task);
  const { backend, line } = await useBackend({ backend: config.backend as BackendName | 'auto', threads: 1 });
  const data = await loadTask({ ...config.task, seed: config.seed });
  checkTask(space, data.task);
  const { fingerprint } = data;
  const task = { ...config.task, seed: config.seed, fingerprint };
  const { train } = config.final;
  const { warmStart } = config.surrogate;
  const final = train === undefined ? data : await loadTask({ ...config.task, train, seed: config.seed });
  const rungTasks = await tasksOfRungs(config, { count: data.train.count, fingerprint });
  return {
    config,
    space,
    chip,
    crossbar,
    backend,
    backendLine: line,
    task,
    finalTask: train === undefined ? task : { ...task, train, fingerprint: final.fingerprint },
    classes: data.task.classes,
    normalise: final.normalise,
    notes: hardwareOf(space.sample(createRng(0, 'hardware'))) === null ? data.notes : [...data.notes, hardwareNote],
    baseline,
    enqueued,
    ...(rungTasks !== undefined && { rungTasks }),
    fingerprint: contentHash({
      space: describeSpace(space),
      chip,
      crossbar,
      backend,
      data: fingerprint,
      ...(final !== data && { finalData: final.fingerprint }),
      ...(warmStart !== undefined && { surrogate: folderHash(warmStart) }),
    }),
  };
}

/** Puts the architectures of `search.enqueue` in the place of the files that hold them. */
function selfContained(config: SearchConfig, space: SearchSpace): SearchConfig {
  const { search } = config;
  return { ...config, search: { ...search, enqueue: withoutFiles(search.enqueue, space) } };
}

/** The images of each rung: undefined where all rungs train on the same. */
async function tasksOfRungs(
  config: SearchConfig,
  whole: { readonly count: number; readonly fingerprint: string },
): Promise<RunSetup['rungTasks']> {
  const counts = rungImages(config, whole.count);
  if (counts === undefined) return undefined;
  const tasks: TrialSpec['task'][] = [];
  for (const train of counts) {
    const spec = { ...config.task, train, seed: config.seed };
    const fingerprint = train === whole.count ? whole.fingerprint : (await loadTask(spec)).fingerprint;
    tasks.push({ ...spec, fingerprint });
  }
  return tasks;
}

function checkTask(space: SearchSpace, task: { inputShape: readonly number[]; classes: readonly string[] }): void {
  const wanted = `${space.task.inputShape.join('x')} in ${space.task.classes} classes`;
  const found = `${task.inputShape.join('x')} in ${task.classes.length} classes`;
  if (wanted === found) return;
  fail('CONFIG_INVALID', `The space "${space.name}" builds networks for other images than the task has.`, {
    path: 'space',
    found: `images of ${found}`,
    accepted: `images of ${wanted}`,
    hint: 'choose the space and the task for each other',
  });
}

/** What of a space decides over the course of a search: its genes and what it builds, shown by a few members. */
function describeSpace(space: SearchSpace): unknown {
  const rng = createRng(0, 'describe');
  const members = Array.from({ length: 3 }, () => space.sample(rng));
  return {
    name: space.name,
    limits: space.limits,
    size: String(space.size()),
    members,
    built: members.map((a) => space.build(a)),
  };
}
