import { type Command, Option } from 'commander';
import { fail } from '../config/index.js';
import type { Normalisation } from '../data/index.js';
import { readNormalisation } from '../evaluate/index.js';
import { calibrationTypes } from '../nn/index.js';
import { threadLimit } from '../tensor/index.js';
import { dataFlag, numbers, positiveNumbers, wholeNumber } from './flags.js';

/** Flags that say how images are normalised. */
export interface NormalisationFlags {
  readonly mean?: number[];
  readonly std?: number[];
  readonly normalise?: string;
}

/** What the flags say; undefined where they say nothing. @throws USAGE, and the refusals of the file */
export function normalisationOf({ mean, std, normalise }: NormalisationFlags): Normalisation | undefined {
  if (mean === undefined && std === undefined)
    return normalise === undefined ? undefined : readNormalisation(normalise);
  if (mean !== undefined && mean.length === std?.length && normalise === undefined) return { mean, std };
  return fail('USAGE', 'The normalisation of the images is not clear.', {
    source: normalise === undefined ? '--mean, --std' : '--mean, --std, --normalise',
    accepted: 'both --mean and --std with as many numbers, or --normalise <file>, or none of them',
  });
}

/**
 * Adds the flags that name a trained network, its images, and how they are computed.
 *
 * @param needed whether the command is of no use without such a network; else the flags that need one say so
 */
export function networkFlags(command: Command, { needed }: { readonly needed: boolean }): Command {
  const model = new Option('--model <file>', 'a trained network: an ONNX file, or the folder of an exported model');
  const withModel = needed ? '' : 'with --model: ';
  return command
    .addOption(model.makeOptionMandatory(needed))
    .addOption(dataFlag())
    .option('--split <file>', `${withModel}the file of the data folder to test on, for example lossless_test.bin`)
    .option('--images <n>', `${withModel}test on the first n images; all if absent`, wholeNumber(1))
    .option('--mean <numbers>', `${withModel}mean per channel of pixels / 255, for example .485,.456,.406`, numbers)
    .option('--std <numbers>', `${withModel}deviation per channel of pixels / 255`, positiveNumbers)
    .option('--normalise <file>', `${withModel}file with {"mean": [...], "std": [...]}; <network>.json if that exists`)
    .addOption(
      new Option(
        '--calibrate <method>',
        `${withModel}how input ranges are found from training images; by default only where the crossbar leaves them open`,
      ).choices([...calibrationTypes, 'quantile', 'std', 'max', 'none']),
    )
    .option('--seed <n>', 'seed of all chance', wholeNumber(0))
    .option('--threads <n>', `${withModel}threads of the native backend`, wholeNumber(1, threadLimit), 1)
    .option('--backend <name>', 'auto, native, wasm, cpu, tensorflow or webgpu');
}
