import { Command } from 'commander';
import { percent, percentSpread, workingTime } from '../../report/index.js';
import { atOneDay, type CollectEvent, collectRows } from '../../search/index.js';
import { requireWritableFolder } from '../../store/index.js';
import { dataFlag, jsonFlag, outputPath, setFlag, wholeNumber } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { type Output, processOutput } from '../output.js';
import { type ConfigFlags, readRunConfig } from '../run-config.js';

interface CollectFlags extends ConfigFlags {
  readonly to: string;
  readonly architectures: number;
  readonly repeats: number;
  readonly json?: true;
}

/** `kirchhoff surrogate collect`: rows for a surrogate, really evaluated. */
export function collectCommand(): Command {
  return new Command('collect')
    .description('evaluate a Latin hypercube of architectures and write a row for each; carries on where it stopped')
    .argument('<config>', 'YAML or JSON file: task, space, limits, training and evaluation of every row')
    .requiredOption('--to <folder>', 'where rows.csv is written', outputPath)
    .option('--architectures <n>', 'how many', wholeNumber(1), 300)
    .option('--repeats <n>', 'how many of them to evaluate once more from another seed', wholeNumber(0), 0)
    .addOption(dataFlag())
    .addOption(setFlag())
    .option('--seed <n>', 'seed of all chance', wholeNumber(0))
    .option('--workers <n>', 'evaluations at the same time', wholeNumber(1))
    .option('--backend <name>', 'auto, native, wasm, cpu, tensorflow or webgpu')
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nExample:\n  $ kirchhoff surrogate collect configs/cifar10-surrogate.yaml --data data/cifar10 --to surrogates/cifar10 --architectures 300 --repeats 30',
    )
    .action(async (file: string, flags: CollectFlags) => {
      const config = readRunConfig(file, flags);
      const output = processOutput(flags.json === true);
      const { to, architectures, repeats, workers } = flags;
      requireWritableFolder(to, '--to');
      const onEvent = progressLines(output);
      const result = await interruptible(
        (signal) => collectRows(config, { to, architectures, repeats, workers, signal, onEvent }),
        () => `interrupted; the same command carries on with the rows in ${to}`,
      );
      output.answer(result, () => `${result.rows} rows and ${result.repeats} repeats in ${result.folder}`);
    });
}

function progressLines(output: Output): (event: CollectEvent) => void {
  let began = performance.now();
  let first = 0;
  return (event) => {
    if (event.type === 'started') {
      [began, first] = [performance.now(), event.done];
      output.note(`${event.backend}; ${event.workers} ${event.workers === 1 ? 'worker' : 'workers'}`);
      for (const note of event.notes) output.note(`note: ${note}`);
      return;
    }
    const { done, planned, name, outcome } = event;
    const left = ((performance.now() - began) / 1000 / (done - first)) * (planned - done);
    const told =
      outcome.state === 'failed'
        ? `failed: ${outcome.reason}`
        : `digital ${percent(outcome.metrics.digitalAccuracy)}, 1 day ${percentSpread(atOneDay(outcome.metrics))}`;
    output.note(`${done}/${planned} ${name} ${told}, ${workingTime(left)} left`);
  };
}
