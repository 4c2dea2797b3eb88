import { type Command, Option } from 'commander';
import { calibrationTypes } from '../nn/index.js';
import { dataFlag, numbers, positiveNumbers, wholeNumber } from './flags.js';

/** Adds the flags that name a trained network, its images, and how they are computed. */
export function networkFlags(command: Command): Command {
  return command
    .option('--model <file>', 'a trained network: an ONNX file, or the folder of an exported model')
    .addOption(dataFlag())
    .option('--split <file>', 'with --model: the file of the data folder to test on, for example lossless_test.bin')
    .option('--images <n>', 'with --model: test on the first n images; all if absent', wholeNumber(1))
    .option('--mean <numbers>', 'with --model: mean per channel of pixels / 255, for example .485,.456,.406', numbers)
    .option('--std <numbers>', 'with --model: deviation per channel of pixels / 255', positiveNumbers)
    .option(
      '--normalise <file>',
      'with --model: file with {"mean": [...], "std": [...]}; <network>.json if that exists',
    )
    .addOption(
      new Option(
        '--calibrate <method>',
        'with --model: how input ranges are found from training images; by default only where the crossbar leaves them open',
      ).choices([...calibrationTypes, 'quantile', 'std', 'max', 'none']),
    )
    .option('--seed <n>', 'seed of all chance', wholeNumber(0))
    .option('--threads <n>', 'with --model: threads of the native backend', wholeNumber(1))
    .option('--backend <name>', 'auto, native, wasm, cpu, tensorflow or webgpu');
}
