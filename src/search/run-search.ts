import { LocalPool, programVersion, requireWorkers } from '../evaluate/index.js';
import { RunStore, TrialCache } from '../store/index.js';
import { parseSearchConfig, type SearchConfig, workerCount } from './config.js';
import { programNotes, requireSameRun, runEnvironment } from './environment.js';
import type { RunEvent } from './events.js';
import { requireDistinctRungs } from './halving/rungs.js';
import { journalEnd } from './journal-end.js';
import { requireSpread } from './objective.js';
import type { SearchResult } from './result.js';
import { SearchRun } from './search-run.js';
import { prepareRun, type RunSetup } from './setup.js';
import { loadWarmStart, saveWarmStart, warmStartFrom } from './warm-start/warm-start.js';

/** How a run is watched and stopped. None of it changes its result. */
export interface RunOptions {
  /** Folder of all runs; `results` if absent. */
  readonly resultsDir?: string;
  /** Stops the run cleanly: it can be resumed. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what happens. When it throws, the run ends as failed, with what it threw; it can be resumed. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Trials at the same time, at least one, instead of what the configuration says. */
  readonly workers?: number | undefined;
}

/**
 * Searches: proposes architectures, trains and drifts them in workers, learns from them, and in the end measures the
 * best against the baseline on the test images. Everything is journalled under `results/<run-id>/`.
 *
 * The result depends on the configuration alone: not on the number of workers, nor on interruptions.
 *
 * @throws the refusals of {@link prepareRun}, {@link requireSpread} and {@link requireDistinctRungs}, USAGE and
 *   RESULTS_UNWRITABLE before any work; SEARCH_FAILED when no trial
 *   succeeds; an AbortError when the signal stopped it
 * @example
 * const config = parseSearchConfig(readDocument('configs/quickstart.yaml'), 'configs/quickstart.yaml');
 * const { rows } = await runSearch(config, { onEvent: (event) => console.error(event.type) });
 */
export async function runSearch(config: SearchConfig, options: RunOptions = {}): Promise<SearchResult> {
  const { resultsDir = 'results' } = options;
  requireWorkers(options.workers ?? workerCount(config));
  const setup = await prepareRun(config);
  requireSpread(config);
  requireDistinctRungs(config, setup.rungTasks);
  const warmStart = await warmStartFrom(setup, resultsDir);
  const cache = TrialCache.open(resultsDir);
  const store = RunStore.create(resultsDir, {
    version: programVersion(),
    config: { ...config, search: setup.config.search },
    environment: runEnvironment(setup),
    notes: setup.notes,
  });
  try {
    return await journalled(store, async () => {
      if (config.search.from.length > 0) saveWarmStart(store.folder, warmStart);
      return conduct(setup, { store, cache, resultsDir }, options, false);
    });
  } finally {
    store.close();
  }
}

/**
 * Carries on with a run that was stopped or killed, to the result it would have had. A finished run is returned as it
 * is.
 *
 * @throws RUN_NOT_FOUND, RUN_DAMAGED, RUN_LOCKED, and everything that {@link runSearch} throws
 */
export async function resumeRun(id: string, options: RunOptions = {}): Promise<SearchResult> {
  const { resultsDir = 'results' } = options;
  if (options.workers !== undefined) requireWorkers(options.workers);
  const store = RunStore.open(resultsDir, id);
  try {
    if (store.record.state === 'finished') return finishedResult(store, options);
    const config = parseSearchConfig(store.record.config, `${store.folder}/run.json`);
    const setup = await prepareRun({ ...config, backend: store.record.environment.backend ?? config.backend });
    requireSameRun(store, setup);
    const notes = [...setup.notes, ...programNotes(store)];
    const cache = TrialCache.open(resultsDir);
    return await journalled(store, () => conduct({ ...setup, notes }, { store, cache, resultsDir }, options, true));
  } finally {
    store.close();
  }
}

function finishedResult(store: RunStore, { onEvent = () => {} }: RunOptions): SearchResult {
  const result = { ...(store.record.result as SearchResult), id: store.record.id };
  onEvent({ type: 'finished', result });
  return result;
}

/** Does the work of a run; where something is thrown, also before its first batch, the journal says how it ended. */
async function journalled<T>(store: RunStore, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    journalEnd(store, error);
    throw error;
  }
}

async function conduct(
  setup: RunSetup,
  { store, cache, resultsDir }: { store: RunStore; cache: TrialCache; resultsDir: string },
  { signal = new AbortController().signal, onEvent = () => {}, workers = workerCount(setup.config) }: RunOptions,
  resumed: boolean,
): Promise<SearchResult> {
  const evaluator = new LocalPool({ workers, onProgress: (progress) => onEvent({ type: 'progress', ...progress }) });
  try {
    const warmStart = await loadWarmStart(store.folder, setup, resultsDir);
    const run = new SearchRun({ setup, warmStart, store, evaluator, cache, signal, onEvent });
    const { id } = store.record;
    const { notes, backendLine } = setup;
    onEvent({
      type: 'started',
      id,
      folder: store.folder,
      resumed,
      backend: backendLine,
      workers,
      notes,
      counts: run.counts(),
    });
    return await run.run();
  } finally {
    await evaluator.close();
  }
}
