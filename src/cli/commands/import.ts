import { readFileSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { fail } from '../../config/index.js';
import { loadCrossbar } from '../../crossbar/index.js';
import { openTrainedNetwork } from '../../evaluate/index.js';
import { exportModel, fusionImport } from '../../interop/index.js';
import { countNetwork } from '../../nn/index.js';
import { count } from '../../report/index.js';
import { intoExportFolder, requireExportFolder } from '../../search/index.js';
import { useBackend } from '../../tensor/index.js';
import { jsonFlag, numbers, outputPath, positiveNumbers } from '../flags.js';
import { fusionFlags } from '../fusion-flags.js';
import { type NormalisationFlags, normalisationOf } from '../network-flags.js';
import { processOutput } from '../output.js';

interface ImportFlags extends NormalisationFlags {
  readonly to: string;
  readonly model?: string;
  readonly crossbar: string;
  readonly gMax: number;
  readonly json?: true;
}

const examples = `
Examples:
  $ kirchhoff import resnet20.onnx --to resnet20 --mean .485,.456,.406 --std .229,.224,.225
  $ kirchhoff evaluate --model resnet20 --data cifar10:data/cifar10
  $ kirchhoff import measured.csv --model resnet20 --to resnet20-on-fusion`;

/** `kirchhoff import`: a network from elsewhere as a folder that every command takes. */
export function importCommand(): Command {
  const command = new Command('import')
    .description(
      'make a folder of a trained network in ONNX, or of a network and conductances measured on a Fusion chip',
    )
    .argument('<file>', 'an ONNX file; with --model a CSV file that export --format fusion wrote, with measured values')
    .requiredOption(
      '--to <folder>',
      'where graph.json, weights.bin and, where possible, a TensorFlow.js model go',
      outputPath,
    )
    .option('--model <path>', 'the network that the conductances belong to: an ONNX file, or the folder of a model')
    .option('--mean <numbers>', 'mean per channel of pixels / 255 that its images are normalised by', numbers)
    .option('--std <numbers>', 'deviation per channel of pixels / 255', positiveNumbers)
    .option('--normalise <file>', 'file with {"mean": [...], "std": [...]}; <network>.json if that exists');
  return fusionFlags(command).addOption(jsonFlag()).addHelpText('after', examples).action(importNetwork);
}

async function importNetwork(file: string, flags: ImportFlags): Promise<void> {
  const output = processOutput(flags.json === true);
  await requireExportFolder(flags.to, '--to');
  const given = normalisationOf(flags);
  await useBackend({ backend: 'cpu' });
  refuseFolder(file);
  const { name, model, normalise: own } = await openTrainedNetwork(flags.model ?? file);
  if (flags.model !== undefined) {
    const { mapping } = loadCrossbar(flags.crossbar);
    fusionImport(model, readText(file), { mapping, gMax: flags.gMax }, file);
  }
  const normalise = given ?? own;
  const about = { name, ...(normalise !== undefined && { normalise }) };
  const write = (partial: string) => exportModel(model, partial, about);
  const { files, withoutLayersModel } = await intoExportFolder(flags.to, '--to', write);
  const { parameters, macs } = countNetwork(model.graph);
  model.dispose();
  if (withoutLayersModel !== undefined) output.note(`note: no TensorFlow.js model: ${withoutLayersModel}`);
  output.answer(
    { name, folder: flags.to, files, parameters, macs, normalise: normalise ?? null },
    () => `${name}: ${count(parameters)} parameters, ${count(macs)} MACs\n${files.join(', ')} written to ${flags.to}`,
  );
}

function refuseFolder(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  fail('USAGE', 'A folder cannot be imported.', {
    source: '<file>',
    found: file,
    accepted: 'an ONNX file; the folder of an exported model is what import makes',
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail('MODEL_INVALID', 'The conductances cannot be read.', { source: file, found: 'no such file' }, error);
  }
}
