import { Command } from 'commander';
import { fail } from '../../config/index.js';
import { baselineNames } from '../../nn/index.js';
import { count, driftTime, percent, percentSpread, si } from '../../report/index.js';
import { type Evaluation, evaluateArchitecture } from '../../search/index.js';
import { type Architecture, loadArchitecture } from '../../space/index.js';
import { dataFlag, jsonFlag, setFlag, wholeNumber } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { processOutput } from '../output.js';
import { type ConfigFlags, quickStart, readRunConfig } from '../run-config.js';

/** `kirchhoff evaluate`: one architecture, trained, programmed and drifted as a search's final table does. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('train one architecture or baseline, program it, let it drift, and measure it on the test images')
    .argument(
      '<architecture>',
      'JSON file of an architecture (a run writes best/architecture.json), or the name of a baseline',
    )
    .option('--config <file>', 'training, crossbar, chip and task; the quick start if absent', quickStart)
    .addOption(dataFlag())
    .addOption(setFlag())
    .option('--seed <n>', 'seed of all chance', wholeNumber(0))
    .option('--backend <name>', 'auto, native, wasm, cpu, tensorflow or webgpu')
    .option('--export <folder>', 'write the trained model there')
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExamples:\n  $ kirchhoff evaluate results/0f3k9x2m1a7b/best/architecture.json\n  $ kirchhoff evaluate resnet8 --config configs/cifar10-small.yaml --data data/cifar10',
    )
    .action(async (subject: string, flags: ConfigFlags & { config: string; export?: string; json?: true }) => {
      const output = processOutput(flags.json === true);
      const architecture = readSubject(subject);
      const space = typeof architecture === 'string' ? [] : [`space=${JSON.stringify(architecture.space)}`];
      const config = readRunConfig(flags.config, { ...flags, set: [...space, ...(flags.set ?? [])] });
      const evaluation = await interruptible(
        (signal) => evaluateArchitecture(config, architecture, { signal, exportTo: flags.export }),
        () => 'the evaluation was interrupted; nothing was written',
      );
      output.note(evaluation.backend);
      output.answer({ name: evaluation.name, ...evaluation.metrics }, () => describeEvaluation(evaluation));
    });
}

function readSubject(subject: string): Architecture | string {
  if (baselineNames.includes(subject)) return subject;
  if (!/[./\\]/.test(subject)) {
    fail('USAGE', `There is no baseline called "${subject}".`, {
      source: '<architecture>',
      found: subject,
      accepted: `a JSON file, or one of ${baselineNames.join(', ')}`,
    });
  }
  return loadArchitecture(subject);
}

function describeEvaluation({ name, metrics }: Evaluation): string {
  const { digitalAccuracy, analog, avm, params, macs, chip, notes } = metrics;
  const lines: [string, string][] = [
    ['network', name],
    ['digital accuracy', percent(digitalAccuracy)],
    ...analog.map((point): [string, string] => [
      `after ${driftTime(point.seconds)}`,
      `${percentSpread(point)} (${point.repeats} programmings)`,
    ]),
    ['AVM', percent(avm)],
    ['parameters', count(params)],
    ['MACs', count(macs)],
    ['cores', `${chip.cores}, ${percent(chip.utilisation)} used, ${chip.fits ? 'fits' : 'does not fit'}`],
    ...(chip.latencySeconds === null ? [] : [['latency', si(chip.latencySeconds, 's')] as [string, string]]),
    ...(chip.energyJoules === null ? [] : [['energy', si(chip.energyJoules, 'J')] as [string, string]]),
    ...notes.map((note): [string, string] => ['note', note]),
  ];
  return lines.map(([title, value]) => `${title.padEnd(16)}  ${value}`).join('\n');
}
