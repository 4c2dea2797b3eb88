import { Command, Option } from 'commander';
import { type CrossbarConfig, loadCrossbar } from '../../crossbar/index.js';
import {
  knownResults,
  type ParameterRange,
  parseParameterRange,
  runSweep,
  type SweepPoint,
  type SweepResult,
  sweepDocument,
  sweepFile,
  sweepPoints,
  writeSweepFiles,
} from '../../evaluate/index.js';
import {
  driftTime,
  percent,
  percentSpread,
  renderSweep,
  type SweepData,
  standalonePlot,
  sweepPlot,
  textTable,
} from '../../report/index.js';
import { requireWritableFolder } from '../../store/index.js';
import { tf } from '../../tensor/index.js';
import { accuracy } from '../../training/index.js';
import { durations, jsonFlag, outputPath, wholeNumber } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { networkFlags } from '../network-flags.js';
import { processOutput } from '../output.js';
import { stepProgress } from '../progress.js';
import { type NetworkFlags, openNetwork, rangeNotes } from './evaluate-model.js';

interface SweepFlags extends NetworkFlags {
  readonly param: string[];
  readonly crossbar: string;
  readonly times: number[];
  readonly repeats: number;
  readonly to: string;
}

/** `kirchhoff sweep`: a trained network over ranges of crossbar settings. */
export function sweepCommand(): Command {
  const command = new Command('sweep')
    .description('test a trained network over ranges of crossbar settings: table, picture and JSON')
    .requiredOption('--param <path=values>', 'a setting and its values (repeatable); see the examples', collect)
    .option('--crossbar <preset or file>', 'what all other settings are taken from', 'pcm-8bit-256')
    .addOption(new Option('--times <list>', 'times since programming').argParser(durations).default([86_400], '1d'))
    .option('--repeats <n>', 'programmings per point', wholeNumber(1), 3)
    .option(
      '--to <folder>',
      'where results are kept; run again with the same folder to carry on',
      outputPath,
      'results/sweep',
    );
  return networkFlags(command, { needed: true })
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      `
A setting is named by its path in the crossbar's configuration (docs/reference/crossbar.md), in our names or AIHWKit's.
Values are a list (a,b,c), evenly spread (from..to:count) or spread on a logarithmic scale (from..to:count:log).

Examples:
  $ kirchhoff sweep --model resnet20.onnx --data cifar10:data/cifar10 --images 500 --param forward.outNoise=0..0.2:5
  $ kirchhoff sweep --model results/0f3k9x2m1a7b/best --data cifar10:data/cifar10 \\
      --param forward.out_res=30,62,126,254 --param noiseModel.driftScale=0,1,2 --times 1s,1d`,
    )
    .action((flags: SweepFlags) => sweep(flags));
}

async function sweep(flags: SweepFlags): Promise<void> {
  const output = processOutput(flags.json === true);
  requireWritableFolder(flags.to, '--to');
  const axes = flags.param.map(parseParameterRange);
  const points = sweepPoints(flags.crossbar, axes);
  const known = knownResults(flags.to);
  const network = await openNetwork(flags, output);
  const notes = [
    ...network.notes,
    ...rangeNotes(network, withInputRange(points) ?? loadCrossbar(flags.crossbar), flags.calibrate),
  ];
  for (const note of notes) output.note(`note: ${note}`);
  const { model, images, normalise, name } = network;
  const digitalAccuracy = await accuracy((x) => model.predict(x), images, normalise);
  const about = { name, crossbar: flags.crossbar, digitalAccuracy, images: images.count, axes, notes };
  const bar = stepProgress(output, name);
  let measured = 0;
  const { times, repeats, seed = 0, to } = flags;
  const results = await interruptible(
    (signal) =>
      runSweep(network, points, {
        ...{ times, repeats, seed, known, signal, backend: tf.getBackend() },
        onPoint: (done, isNew) => {
          if (isNew) {
            measured++;
            writeSweepFiles(to, { [sweepFile]: sweepDocument(about, done) });
          }
          bar.update(done.length, points.length);
        },
      }),
    () => `the sweep was interrupted; run it again to carry on from ${to}/${sweepFile}`,
  ).finally(() => bar.stop());
  model.dispose();
  const data: SweepData = { ...about, points: results };
  writeSweepFiles(to, {
    [sweepFile]: sweepDocument(about, results),
    'sweep.html': renderSweep(data),
    'sweep.svg': standalonePlot(sweepPlot(data)),
  });
  const files = [sweepFile, 'sweep.html', 'sweep.svg'].map((file) => `${to}/${file}`);
  output.note(`${measured} of ${points.length} points measured now; ${files.join(', ')}`);
  output.answer({ ...about, measured, files, points: results }, () => describe(about, results));
}

/** The first crossbar of a sweep whose DACs have a range. */
function withInputRange(points: readonly SweepPoint[]): CrossbarConfig | undefined {
  return points.map(({ crossbar }) => crossbar).find(({ prePost }) => prePost.inputRange.enable);
}

function collect(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text];
}

function describe(
  { digitalAccuracy, axes }: { digitalAccuracy: number; axes: readonly ParameterRange[] },
  results: readonly SweepResult[],
): string {
  const times = results[0]?.analog.map(({ seconds }) => seconds) ?? [];
  const columns = [
    ...axes.map(({ path }) => ({ title: path, number: true, text: ({ values }: SweepResult) => String(values[path]) })),
    ...times.map((seconds, i) => ({
      title: `after ${driftTime(seconds)}`,
      number: true,
      text: ({ analog }: SweepResult) => percentSpread(analog[i]!),
    })),
  ];
  return `${textTable(columns, results)}\n\ndigital accuracy ${percent(digitalAccuracy)}`;
}
