import { chipCost, mapNetwork } from '../chip/index.js';
import { type ImageSet, loadTask, type TaskData } from '../data/index.js';
import { countNetwork, Model } from '../nn/index.js';
import type { ChipFigures, DriftPoint, TrialMetrics } from '../store/index.js';
import { createRng, type Rng, useBackend, useThreads } from '../tensor/index.js';
import { accuracy, driftAccuracy, trainDigital, trainHwa } from '../training/index.js';
import type { TrainedNetwork, TrialResult, TrialStage } from './evaluator.js';
import { requireMemory } from './require-memory.js';
import { fitToCrossbars, inheritModel } from './supernet/inherit-model.js';
import { type TrialSpec, trialStream } from './trial-spec.js';

/** What {@link evaluateTrial} needs besides the trial. */
export interface TrialContext {
  readonly signal?: AbortSignal | undefined;
  /** Hears how far a stage has come, 0..1. */
  readonly onProgress?: ((stage: TrialStage, done: number) => void) | undefined;
  /** Threads for the next step, asked for again and again; always 1 if absent. Has no influence on the result. */
  readonly threads?: (() => number) | undefined;
}

/**
 * Trains a network in floating point, fine-tunes it for its crossbars, programs it, lets it drift, and maps it on the
 * chip.
 *
 * The result depends on the spec alone: images and backend are those it names, chance comes from streams named after
 * the network.
 *
 * @throws GRAPH_INVALID for a network beyond the machine's memory; DATA_MISSING, DATA_INVALID, BACKEND_UNAVAILABLE, TRAINING_DIVERGED; an AbortError when the signal is aborted
 */
export async function evaluateTrial(
  spec: TrialSpec,
  { signal, onProgress: tell = () => {}, threads = () => 1 }: TrialContext = {},
): Promise<TrialResult> {
  const began = performance.now();
  requireMemory(spec.graph);
  await useBackend({ backend: spec.backend, threads: threads() });
  // each step of every stage comes by here: the moment for another number of threads
  const onProgress = (stage: TrialStage, done: number) => {
    useThreads(threads());
    tell(stage, done);
  };
  onProgress('data', 0);
  const data = await cachedTask(spec.task);
  const rng = createRng(spec.seed, trialStream(spec.graph));
  const { inherit } = spec;
  const { model, freshShare } =
    inherit === undefined
      ? { model: Model.create(spec.graph, rng.child('weights')), freshShare: 0 }
      : inheritModel({ ...spec, inherit }, data, rng.child('inherit'));
  try {
    const measured = await trainAndDrift(model, data, spec, rng, { signal, onProgress });
    const metrics: TrialMetrics = {
      ...measured,
      ...networkFigures(spec),
      seconds: (performance.now() - began) / 1000,
      notes: [...data.notes, ...freshNote(freshShare)],
    };
    return {
      metrics,
      ...(spec.keepWeights && { trained: trainedNetwork(model) }),
    };
  } finally {
    model.dispose();
  }
}

function trainedNetwork(model: Model): TrainedNetwork {
  const { inputRanges, quantisationRanges } = model;
  return { weights: model.exportWeights(), inputRanges, quantisationRanges };
}

async function trainAndDrift(
  model: Model,
  data: TaskData,
  spec: TrialSpec,
  rng: Rng,
  { signal, onProgress }: Required<Pick<TrialContext, 'onProgress'>> & TrialContext,
): Promise<Pick<TrialMetrics, 'digitalAccuracy' | 'analog' | 'avm'>> {
  const { digital, hwa, evaluation, crossbar, inherit } = spec;
  const images = data[spec.images];
  const stage = (name: TrialStage) => (step: { step: number; totalSteps: number }) => {
    onProgress?.(name, step.step / step.totalSteps);
  };
  if (inherit === undefined) {
    await trainDigital(model, data, digital, { rng: rng.child('digital'), signal, onStep: stage('digital') });
  }
  const digitalAccuracy = await accuracyOn(images, model, data, signal);
  if (inherit === undefined) {
    await trainHwa(model, data, hwa, crossbar, { rng: rng.child('hwa'), signal, onStep: stage('hwa') });
  } else {
    await fitToCrossbars(model, data, hwa, crossbar, inherit, rng.child('inherit'));
  }
  const drift = await driftAccuracy(model, images, data.normalise, crossbar, {
    ...evaluation,
    rng: rng.child('drift'),
    signal,
    onProgress: (done, total) => onProgress?.('drift', done / total),
  });
  const analog = drift.map(({ seconds, mean, std, repeats }): DriftPoint => ({ seconds, mean, std, repeats }));
  return { digitalAccuracy, analog, avm: analog[0]!.mean - analog.at(-1)!.mean };
}

function freshNote(freshShare: number): string[] {
  if (freshShare === 0) return [];
  return [`${(100 * freshShare).toFixed(1)} % of its weights are not in the supernet and were never trained.`];
}

function accuracyOn(images: ImageSet, model: Model, data: TaskData, signal: AbortSignal | undefined): Promise<number> {
  return accuracy((x) => model.predict(x), images, data.normalise, { signal });
}

function networkFigures({ graph, chip }: TrialSpec): Pick<TrialMetrics, 'params' | 'macs' | 'chip'> {
  const { parameters, macs } = countNetwork(graph);
  return { params: parameters, macs, chip: chipFigures(graph, chip) };
}

/** What a network needs on a chip, by the numbers that are published of it. */
export function chipFigures(graph: TrialSpec['graph'], chip: TrialSpec['chip']): ChipFigures {
  const { cores, utilisation, latencySeconds, energyJoules, fits } = chipCost(mapNetwork(graph, chip));
  return { cores, utilisation, latencySeconds, energyJoules, fits };
}

/** The images of the last trials, the latest last: a worker loads them once for all trials of a run. */
const loaded = new Map<string, Promise<TaskData>>();

/** Sets of images that a worker keeps: the rungs of a search may differ in theirs. */
const keptTasks = 3;

async function cachedTask(spec: TrialSpec['task']): Promise<TaskData> {
  const data = loaded.get(spec.fingerprint) ?? loadTask(spec);
  loaded.delete(spec.fingerprint);
  loaded.set(spec.fingerprint, data);
  for (const oldest of [...loaded.keys()].slice(0, -keptTasks)) loaded.delete(oldest);
  data.catch(() => loaded.delete(spec.fingerprint));
  return data;
}
