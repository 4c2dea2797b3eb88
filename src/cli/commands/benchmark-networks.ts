import { Command } from 'commander';
import { compareNetworks, type NetworkComparison, type NetworkSummary, type SeedMean } from '../../benchmark/index.js';
import { count, driftTime, percent, percentSpread, points, type TextColumn, textTable } from '../../report/index.js';
import { atOneDay } from '../../search/index.js';
import type { Architecture } from '../../space/index.js';
import { configFlag, dataFlag, jsonFlag, resultsFlag, seedList, setFlag, wholeNumber } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { processOutput } from '../output.js';
import { type ConfigFlags, readRunConfig } from '../run-config.js';
import { readSubject } from '../subject.js';

interface NetworkFlags extends ConfigFlags {
  readonly config: string;
  readonly seeds: number[];
  readonly results: string;
  readonly json?: true;
}

/** `kirchhoff benchmark networks`: found architectures and baselines, trained alike over several seeds. */
export function benchmarkNetworksCommand(): Command {
  return new Command('networks')
    .description(
      'train architectures and baselines alike, over several seeds, and compare them with the last one on the test images',
    )
    .argument('<networks...>', 'files of architectures (best/architecture.json of a run) and names of baselines')
    .addOption(configFlag())
    .option('--seeds <numbers>', 'seeds of the trainings, separated by commas', seedList, [1, 2, 3, 4, 5])
    .addOption(dataFlag())
    .addOption(setFlag())
    .option('--backend <name>', 'auto, native, wasm, cpu, tensorflow or webgpu')
    .option('--workers <n>', 'trainings at the same time', wholeNumber(1))
    .addOption(resultsFlag())
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      `
Example:
  $ kirchhoff benchmark networks results/0f3k9x2m1a7b/best/architecture.json resnet8 --seeds 1,2,3,4,5`,
    )
    .action(async (subjects: string[], flags: NetworkFlags) => {
      const output = processOutput(flags.json === true);
      const networks = subjects.map((subject) => readSubject(subject, '<networks>'));
      const config = readRunConfig(flags.config, { ...flags, set: [...spaceOf(networks), ...(flags.set ?? [])] });
      const compare = (signal: AbortSignal): Promise<NetworkComparison> =>
        compareNetworks(config, {
          networks,
          seeds: flags.seeds,
          resultsDir: flags.results,
          signal,
          onStart: (backend, workers, trainings) =>
            output.note(`${backend}; ${trainings} trainings, ${workers} at the same time`),
          onMeasured: ({ name, seed, metrics }, cached) => {
            const after = percent(atOneDay(metrics).mean);
            const origin = cached ? ', from the cache' : '';
            output.note(`${name}, seed ${seed}: digital ${percent(metrics.digitalAccuracy)}, 1 day ${after}${origin}`);
          },
        });
      const comparison = await interruptible(
        compare,
        () => 'the comparison was interrupted; finished trainings stay in the cache: the same command carries on',
      );
      output.answer(comparison, () => describe(comparison));
    });
}

/** The space of the first architecture, where there is one: architectures say themselves where they belong. */
function spaceOf(networks: readonly (Architecture | string)[]): string[] {
  const first = networks.find((network) => typeof network !== 'string');
  return first === undefined ? [] : [`space=${JSON.stringify(first.space)}`];
}

function describe({ seeds, summary, notes }: NetworkComparison): string {
  const times = summary[0]!.analog.map(({ seconds }) => seconds);
  const last = summary.at(-1)!.name;
  const accuracies = textTable<NetworkSummary>(
    [
      { title: 'network', text: ({ name }) => name },
      { title: 'digital', number: true, text: ({ digital }) => withError(digital) },
      ...times.map(
        (seconds, t): TextColumn<NetworkSummary> => ({
          title: driftTime(seconds),
          number: true,
          text: ({ analog }) => withError(analog[t]!),
        }),
      ),
      { title: `1 day against ${last}`, number: true, text: difference },
    ],
    summary,
  );
  const costs = textTable<NetworkSummary>(
    [
      { title: 'network', text: ({ name }) => name },
      { title: 'params', number: true, text: ({ params }) => count(params) },
      { title: 'MACs', number: true, text: ({ macs }) => count(macs) },
      { title: 'cores', number: true, text: ({ cores }) => String(cores) },
    ],
    summary,
  );
  const trainings = seeds.length === 1 ? 'one training each' : `mean ± standard error over ${seeds.length} trainings`;
  const legend = `Test accuracy by time since programming, ${trainings}.`;
  return [accuracies, '', legend, '', costs, ...notes.map((note) => `note: ${note}`)].join('\n');
}

function withError({ mean, standardError }: SeedMean): string {
  return standardError === null ? percent(mean) : percentSpread({ mean, std: standardError });
}

function difference({ difference: apart }: NetworkSummary): string {
  if (apart === null) return '-';
  const { mean, standardError } = apart;
  const errors = standardError ? `, ${Math.abs(mean / standardError).toFixed(1)} standard errors` : '';
  return `${points(mean)}${errors}`;
}
