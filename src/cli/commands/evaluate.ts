import { Command } from 'commander';
import { fail } from '../../config/index.js';
import { loadCrossbar } from '../../crossbar/index.js';
import type { TrialStage } from '../../evaluate/index.js';
import {
  accuracyOver,
  type BindingLimit,
  count,
  describeBinding,
  driftTime,
  limitShares,
  percent,
  si,
} from '../../report/index.js';
import { type Evaluation, evaluateArchitecture } from '../../search/index.js';
import {
  configFlag,
  durations,
  givenFlags,
  jsonFlag,
  outputPath,
  refuseFlags,
  setFlag,
  wholeNumber,
} from '../flags.js';
import { interruptible } from '../interrupt.js';
import { networkFlags } from '../network-flags.js';
import { processOutput } from '../output.js';
import { type ConfigFlags, readRunConfig } from '../run-config.js';
import { StageNotes } from '../stage-notes.js';
import { readSubject } from '../subject.js';
import { evaluateModel, type ModelFlags } from './evaluate-model.js';

interface EvaluateFlags extends ConfigFlags, Omit<ModelFlags, 'model'> {
  readonly model?: string;
  readonly config: string;
  readonly export?: string;
}

/**
 * `kirchhoff evaluate`: one architecture, trained, programmed and drifted as a search's final table does; or, with
 * `--model`, a network that is trained already.
 */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description(
      'train one architecture or baseline, program it, let it drift, and measure it on the test images; with --model, put a trained network on crossbars as it is',
    )
    .argument(
      '[architecture]',
      'JSON file of an architecture (a run writes best/architecture.json), or the name of a baseline',
    )
    .addOption(configFlag())
    .addOption(setFlag())
    .option(
      '--export <folder>',
      'write the trained model there: a folder that is new, empty, or of an earlier export, which is replaced',
      outputPath,
    )
    .option('--times <list>', 'times since programming; those of the config, with --model 1s,1h,1d,30d', durations)
    .option(
      '--repeats <n>',
      'programmings, each with fresh noise; those of the config, with --model 10',
      wholeNumber(1),
    )
    .option(
      '--crossbar <preset or file>',
      "a preset, or a file of our settings or of AIHWKit's; with --model those of the network's folder, else pcm-8bit-256",
    );
  return networkFlags(command, { needed: false })
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      `
Examples:
  $ kirchhoff evaluate results/0f3k9x2m1a7b/best/architecture.json
  $ kirchhoff evaluate resnet8 --config configs/cifar10-resnet8.yaml --data data/cifar10
  $ kirchhoff evaluate --model resnet20.onnx --data cifar10:data/cifar10 --images 1000 \\
      --mean .485,.456,.406 --std .229,.224,.225 --times 1s,1h,1d,30d --repeats 10 --crossbar pcm-8bit-256`,
    )
    .action(async (subject: string | undefined, flags: EvaluateFlags) => {
      const { model } = flags;
      if (model === undefined) return evaluateSubject(subject, flags);
      if (subject !== undefined) refuseFlags(command, '--model', [`<architecture> "${subject}"`]);
      refuseFlags(command, '--model', givenFlags(command, ['config', 'set', 'export']));
      return evaluateModel({ ...flags, model });
    });

  async function evaluateSubject(subject: string | undefined, flags: EvaluateFlags): Promise<void> {
    refuseFlags(
      command,
      'an architecture',
      givenFlags(command, ['split', 'images', 'mean', 'std', 'normalise', 'calibrate', 'threads']),
    );
    await evaluateArchitectureOf(subject, flags);
  }
}

async function evaluateArchitectureOf(subject: string | undefined, flags: EvaluateFlags): Promise<void> {
  const output = processOutput(flags.json === true);
  const architecture = readSubject(requireSubject(subject));
  const space = typeof architecture === 'string' ? [] : [`space=${JSON.stringify(architecture.space)}`];
  const set = [...space, ...(flags.set ?? []), ...driftOverrides(flags)];
  const config = readRunConfig(flags.config, { ...flags, set });
  const stages = new StageNotes();
  const onProgress = ({ stage }: { stage: TrialStage }) => stages.tell(output, '', stage);
  const evaluation = await interruptible(
    (signal) =>
      evaluateArchitecture(config, architecture, {
        signal,
        onStart: (backend) => output.note(backend),
        onProgress,
        exportTo: flags.export,
      }),
    () => 'the evaluation was interrupted; nothing was written',
  );
  const { metrics } = evaluation;
  const limits = limitShares(config.limits, { ...metrics, parameters: metrics.params });
  const binding = limits[0] ?? null;
  const { name, backend } = evaluation;
  const { seed } = config;
  output.answer({ name, ...metrics, binding, limits, seed, backend }, () => describeEvaluation(evaluation, limits));
}

function requireSubject(subject: string | undefined): string {
  if (subject !== undefined) return subject;
  return fail('USAGE', 'What is to be evaluated is missing.', {
    accepted: 'an architecture, the name of a baseline, or --model <file>',
    hint: 'kirchhoff evaluate --help',
  });
}

/** The flags that stand for keys of the configuration. */
function driftOverrides({ times, repeats, crossbar }: EvaluateFlags): string[] {
  return [
    ...(times === undefined ? [] : [`evaluation.times=${JSON.stringify(times)}`]),
    ...(repeats === undefined ? [] : [`final.repeats=${repeats}`]),
    ...(crossbar === undefined ? [] : [`crossbar=${JSON.stringify(loadCrossbar(crossbar))}`]),
  ];
}

/** The limits that are broken, or the one that is nearest to it. */
function limitLine(limits: readonly BindingLimit[]): [string, string][] {
  const broken = limits.filter(({ share }) => share > 1);
  if (broken.length > 1) return [['limits broken', broken.map(describeShare).join(', ')]];
  return limits.slice(0, 1).map((binding) => ['limit that binds', describeBinding(binding)]);
}

function describeShare({ name, share }: BindingLimit): string {
  return `${name} ${percent(share, 0)}`;
}

function describeEvaluation({ name, metrics }: Evaluation, limits: readonly BindingLimit[]): string {
  const { digitalAccuracy, analog, avm, params, macs, chip, notes } = metrics;
  const lines: [string, string][] = [
    ['network', name],
    ['digital accuracy', percent(digitalAccuracy)],
    ...analog.map((point): [string, string] => [`after ${driftTime(point.seconds)}`, accuracyOver(point)]),
    ['AVM', percent(avm)],
    ['parameters', count(params)],
    ['MACs', count(macs)],
    ['cores', `${chip.cores}, ${percent(chip.utilisation)} used, ${chip.fits ? 'fits' : 'does not fit'}`],
    ...(chip.latencySeconds === null ? [] : [['latency', si(chip.latencySeconds, 's')] as [string, string]]),
    ...(chip.energyJoules === null ? [] : [['energy', si(chip.energyJoules, 'J')] as [string, string]]),
    ...limitLine(limits),
    ...notes.map((note): [string, string] => ['note', note]),
  ];
  return lines.map(([title, value]) => `${title.padEnd(16)}  ${value}`).join('\n');
}
