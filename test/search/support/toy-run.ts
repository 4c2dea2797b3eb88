import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadChip } from '../../../src/chip/index.js';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import type { Evaluator, TrialOutcome, TrialSpec } from '../../../src/evaluate/index.js';
import { GraphBuilder, type NetworkGraph } from '../../../src/nn/index.js';
import { parseSearchConfig } from '../../../src/search/config.js';
import type { RunEvent } from '../../../src/search/events.js';
import type { SearchResult } from '../../../src/search/result.js';
import { SearchRun } from '../../../src/search/search-run.js';
import type { RunSetup } from '../../../src/search/setup.js';
import { coldStart, type WarmStart } from '../../../src/search/warm-start/warm-start.js';
import type { Architecture } from '../../../src/space/index.js';
import { RunStore, TrialCache, type TrialMetrics } from '../../../src/store/index.js';
import { AbortError } from '../../../src/training/index.js';
import { toyOutcome, toySpace } from './toy-space.js';

/** A fresh folder that is removed when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-search-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A network that carries its architecture in its name, so that the toy evaluator can read it. */
function toyGraph(name: string): NetworkGraph {
  const builder = new GraphBuilder(name, [8, 8, 1]);
  return builder.build(builder.input.globalAvgPool().dense(2));
}

/** A run over the toy space. `search` and `limits` go into its configuration. */
export function toySetup(
  change: {
    search?: object;
    limits?: object;
    final?: object;
    seed?: number;
    objective?: string | string[];
    task?: object;
  } = {},
  frozen = 0,
): RunSetup {
  const config = parseSearchConfig(
    {
      task: { name: 'synthetic-shapes' },
      space: 'toy',
      surrogate: { kind: 'none' },
      ...change,
      search: { trials: 12, evaluateTop: 4, population: 10, ...change.search },
    },
    'test',
  );
  const space = toySpace({}, frozen);
  const task = { name: 'synthetic-shapes', seed: config.seed, fingerprint: 'toy' } as const;
  return {
    config,
    space: { ...space, build: (a: Architecture) => toyGraph(JSON.stringify(a)) },
    chip: loadChip('hermes-64'),
    crossbar: resolveCrossbar('pcm-8bit-256'),
    backend: 'cpu',
    backendLine: 'backend cpu',
    task,
    finalTask: task,
    classes: ['a', 'b'],
    normalise: { mean: [0.5], std: [0.25] },
    notes: ['toy images'],
    baseline: toyGraph('baseline'),
    enqueued: [],
    fingerprint: 'toy',
  };
}

/** How the toy evaluator treats a trial: a delay in milliseconds, a failure, or other figures than the landscape's. */
export type Fate = (trial: TrialSpec) => { delay?: number; fail?: string; accuracy?: number; avm?: number };

/** An evaluator whose trials are looked up in the toy landscape. `heard` lists the numbers of the trials it ran. */
export function toyEvaluator(fate: Fate = () => ({})): Evaluator & { heard: number[] } {
  const heard: number[] = [];
  return {
    heard,
    async evaluate(trial, signal): Promise<TrialOutcome> {
      heard.push(trial.number);
      const { delay = 0, fail, ...measured } = fate(trial);
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (signal.aborted) throw new AbortError(signal.reason);
      if (fail !== undefined) return { state: 'failed', reason: fail, attempts: 2 };
      return { state: 'done', metrics: toyMetrics(trial, measured), attempts: 1 };
    },
    close: async () => {},
  };
}

function toyMetrics(trial: TrialSpec, { accuracy, avm }: ReturnType<Fate>): TrialMetrics {
  const { name } = trial.graph;
  const architecture = name.startsWith('{') ? (JSON.parse(name) as Architecture) : undefined;
  const {
    objective,
    avm: variation,
    std,
  } = architecture ? toyOutcome(architecture) : { objective: 0.5, avm: 0.1, std: 0.01 };
  const sum = Object.values(architecture?.params ?? {}).reduce((total, value) => total + value, 0);
  const mean = accuracy ?? (trial.images === 'test' ? objective * 0.99 : objective);
  return {
    digitalAccuracy: mean,
    analog: trial.evaluation.times.map((seconds) => ({ seconds, mean, std, repeats: trial.evaluation.repeats })),
    avm: avm ?? variation,
    params: 10 + sum,
    macs: 10,
    chip: { cores: 1, utilisation: 0.5, latencySeconds: 1e-6, energyJoules: 1e-9, fits: true },
    seconds: 0.1,
    notes: [],
  };
}

/** What a run over the toy space needs; `store` is opened by the caller. */
export interface ToyRun {
  readonly setup: RunSetup;
  readonly warmStart?: WarmStart;
  readonly store: RunStore;
  readonly resultsDir: string;
  readonly evaluator?: Evaluator;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Begins a journal for a toy run. */
export function toyStore(setup: RunSetup, resultsDir: string, environment: Record<string, string> = {}): RunStore {
  return RunStore.create(resultsDir, { version: '0', config: { ...setup.config }, environment, notes: [] });
}

/** Conducts a run from wherever its journal stands. */
export async function conductToy({
  setup,
  warmStart = coldStart,
  store,
  resultsDir,
  evaluator = toyEvaluator(),
  signal = new AbortController().signal,
  onEvent = () => {},
}: ToyRun): Promise<SearchResult> {
  const cache = new TrialCache(resultsDir);
  return new SearchRun({ setup, warmStart, store, evaluator, cache, signal, onEvent }).run();
}
