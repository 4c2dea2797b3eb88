import { statSync } from 'node:fs';
import { fail } from '../../config/index.js';
import {
  type CrossbarConfig,
  checkSupported,
  defaultPreset,
  loadCrossbar,
  resolveCrossbar,
} from '../../crossbar/index.js';
import { parseDataOption, taskNames } from '../../data/index.js';
import {
  evaluateNetwork,
  findInputRanges,
  type NetworkEvaluation,
  needsInputRanges,
  type PreparedNetwork,
  prepareNetwork,
} from '../../evaluate/index.js';
import { readModelInfo } from '../../interop/index.js';
import { type InputRangeOptions, isCalibrationType } from '../../nn/index.js';
import { accuracyOver, count, driftTime, percent, workingTime } from '../../report/index.js';
import { type BackendName, createRng, useBackend } from '../../tensor/index.js';
import { interruptible } from '../interrupt.js';
import { type NormalisationFlags, normalisationOf } from '../network-flags.js';
import { type Output, processOutput } from '../output.js';
import { stepProgress } from '../progress.js';

/** Flags that say which trained network is tested on which images. */
export interface NetworkFlags extends NormalisationFlags {
  readonly model: string;
  readonly data?: string;
  readonly split?: string;
  readonly images?: number;
  readonly calibrate?: NonNullable<InputRangeOptions['method']> | 'none';
  readonly seed?: number;
  readonly threads: number;
  readonly backend?: string;
  readonly json?: true;
}

/** Flags of `evaluate --model`. */
export interface ModelFlags extends NetworkFlags {
  readonly crossbar?: string;
  readonly times?: number[];
  readonly repeats?: number;
}

/** Times of a month of drift, s. */
export const monthOfDrift: readonly number[] = [1, 3600, 86_400, 2_592_000];

/** `kirchhoff evaluate --model`: a trained network, as it is, on crossbars. */
export async function evaluateModel(flags: ModelFlags): Promise<void> {
  const began = performance.now();
  const output = processOutput(flags.json === true);
  const { calibrate = null } = flags;
  const { crossbar, name: crossbarName, notes: crossbarNotes } = await crossbarOf(flags);
  checkSupported(crossbar, flags.crossbar);
  const network = await openNetwork(flags, output);
  const notes = [...crossbarNotes, ...network.notes, ...rangeNotes(network, crossbar, flags.calibrate)];
  for (const note of notes) output.note(`note: ${note}`);
  const { times = monthOfDrift, repeats = 10, seed = 0 } = flags;
  const bar = stepProgress(output, network.name);
  const evaluation = await interruptible(
    (signal) =>
      evaluateNetwork(network, {
        crossbar,
        times,
        repeats,
        rng: createRng(seed, 'evaluate'),
        signal,
        onProgress: bar.update,
      }),
    () => 'the evaluation was interrupted; nothing was written',
  ).finally(() => bar.stop());
  network.model.dispose();
  const seconds = (performance.now() - began) / 1000;
  const { name, backend } = network;
  const settings = { crossbar: crossbarName, calibrate, repeats, seed, backend };
  output.answer({ name, ...evaluation, ...settings, notes, seconds }, () => describe(name, evaluation, seconds));
}

/** The crossbars that a flag names; without one those that the network was trained for, where its folder tells. */
async function crossbarOf({ crossbar, model }: ModelFlags) {
  if (crossbar !== undefined) return { crossbar: loadCrossbar(crossbar), name: crossbar, notes: [] };
  const isFolder = statSync(model, { throwIfNoEntry: false })?.isDirectory() === true;
  const { crossbar: own = defaultPreset } = isFolder ? await readModelInfo(model) : {};
  if (typeof own === 'string') return { crossbar: resolveCrossbar(own, model), name: own, notes: [] };
  const note = 'on the crossbars that the network was trained for, as its folder tells; --crossbar takes others';
  return { crossbar: resolveCrossbar(own, model), name: `${model}: crossbar`, notes: [note] };
}

/** A network that is open, and which backend computes and why. */
export interface OpenNetwork extends PreparedNetwork {
  readonly backend: string;
}

/** Starts the backend and opens network and images. */
export async function openNetwork(flags: NetworkFlags, output: Output): Promise<OpenNetwork> {
  const { task, folder } = dataOf(flags.data);
  const normalise = normalisationOf(flags);
  const backend = flags.backend as BackendName | undefined;
  const { line } = await useBackend({ ...(backend !== undefined && { backend }), threads: flags.threads });
  output.note(line);
  const images = { task, folder, split: flags.split, count: flags.images };
  return { ...(await prepareNetwork({ network: flags.model, images, normalise })), backend: line };
}

/** Finds input ranges where the crossbar asks for them and the network brings none; says what was done. */
export function rangeNotes(
  network: PreparedNetwork,
  crossbar: CrossbarConfig,
  method: NetworkFlags['calibrate'],
): string[] {
  if (!crossbar.prePost.inputRange.enable) return [];
  if (method !== undefined && method !== 'none') {
    // AIHWKit's methods calibrate every tile on its own.
    const perTile = isCalibrationType(method) ? crossbar.mapping : undefined;
    return [findInputRanges(network, { method, perTile })];
  }
  if (Object.keys(network.model.inputRanges).length > 0) return [];
  if (method === undefined && needsInputRanges(crossbar)) return [findInputRanges(network)];
  const { initValue } = crossbar.prePost.inputRange;
  return [
    `every input range is prePost.inputRange.initValue, ${initValue}, as in AIHWKit before training or calibration`,
  ];
}

function dataOf(option: string | undefined): { task: string; folder: string | undefined } {
  if (option === undefined) {
    return fail('USAGE', 'The images to test on are missing.', {
      source: '--data',
      found: 'nothing',
      accepted: `<task>:<folder>, where the task is ${taskNames.join(', ')}`,
      hint: '--data cifar10:data/cifar10',
    });
  }
  if (taskNames.includes(option)) return { task: option, folder: undefined };
  const { task, folder } = parseDataOption(option);
  return { task: task ?? 'cifar10', folder };
}

function describe(name: string, evaluation: NetworkEvaluation, seconds: number): string {
  const { digitalAccuracy, analog, images, params, macs } = evaluation;
  const lines: [string, string][] = [
    ['network', name],
    ['images', String(images)],
    ['digital accuracy', percent(digitalAccuracy)],
    ...analog.map((point): [string, string] => [`after ${driftTime(point.seconds)}`, accuracyOver(point)]),
    ['parameters', count(params)],
    ['MACs', count(macs)],
    ['time', workingTime(seconds)],
  ];
  return lines.map(([title, value]) => `${title.padEnd(16)}  ${value}`).join('\n');
}
