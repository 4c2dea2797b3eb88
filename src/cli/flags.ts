import { fileURLToPath } from 'node:url';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { fail } from '../config/index.js';
import { defaultResults } from '../store/index.js';

/** The config that commands use when none is named. */
const quickStart = fileURLToPath(new URL('../../configs/quickstart.yaml', import.meta.url));

/** `--json`: one JSON document on stdout. */
export const jsonFlag = (): Option =>
  new Option('--json', 'print one JSON document on stdout, everything else on stderr');

/** `[config]`: what a search is told. */
export const configArgument = (): Argument =>
  new Argument('[config]', 'YAML or JSON file').default(quickStart, 'the quick start');

/** `--config`, for commands that train networks as the final table of a search does. */
export const configFlag = (): Option =>
  new Option('--config <file>', 'task, crossbar, chip and training, its "final" section included').default(
    quickStart,
    'the quick start',
  );

/** `--set a.b=c`, repeatable. */
export const setFlag = (): Option =>
  new Option('--set <key=value>', 'override a config value, for example search.trials=20 (repeatable)')
    .default([] as string[], 'none')
    .argParser((value: string, previous: string[]) => [...previous, value]);

/** `--data [task:]<folder>`. */
export const dataFlag = (): Option =>
  new Option('--data <[task:]folder>', 'folder with the images, for example cifar10:data/cifar10');

/** `--results <folder>`. */
export const resultsFlag = (): Option =>
  new Option('--results <folder>', 'where runs are kept').default(defaultResults).argParser(outputPath);

/** Where something is written. An empty path, as a variable that is not set leaves it, would be the current folder. */
export function outputPath(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError(`found ${JSON.stringify(text)}, accepted is a path; the current folder is "."`);
}

/** A flag's text as a whole number of at least `min`, and at most `max` where it is given. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `>= ${min}` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`found ${JSON.stringify(text)}, accepted is a whole number ${range}`);
    }
    return value;
  };
}

/** Seeds like `1,2,3`, each once: the same seed again would count the same draw as a second one. */
export function seedList(text: string): number[] {
  const seeds = text.split(',').map((part) => {
    const seed = Number(part);
    if (part.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
      throw new InvalidArgumentError(`found ${JSON.stringify(part)}, accepted are whole numbers >= 0`);
    }
    return seed;
  });
  if (new Set(seeds).size === seeds.length) return seeds;
  throw new InvalidArgumentError(`found ${JSON.stringify(text)}, accepted are seeds that differ`);
}

const secondsPerUnit: Record<string, number> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Longest time since programming, in seconds: some 30,000 years, far beyond every measurement of drift. */
const longestTime = 1e12;

/** Drift times like `1s,1h,1d,30d` as seconds, 0 to {@link longestTime}. */
export function durations(text: string): number[] {
  return text.split(',').map((part) => {
    const match = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*(s|min|m|h|d|w|y)?$/.exec(part.trim());
    if (match === null) {
      throw new InvalidArgumentError(
        `found ${JSON.stringify(part)}, accepted are times since programming >= 0 such as 1s, 30min, 1h, 1d, 30d, 1y`,
      );
    }
    const seconds = Number(match[1]) * secondsPerUnit[match[2] ?? 's']!;
    if (seconds <= longestTime) return seconds;
    throw new InvalidArgumentError(`found ${JSON.stringify(part)}, accepted are times of at most ${longestTime} s`);
  });
}

/** Numbers like `.485,.456,.406`, one per colour channel. */
export function numbers(text: string): number[] {
  return text.split(',').map((part) => {
    const value = Number(part);
    if (part.trim() === '' || !Number.isFinite(value)) {
      throw new InvalidArgumentError(`found ${JSON.stringify(part)}, accepted are numbers separated by commas`);
    }
    return value;
  });
}

/** As {@link numbers}, above zero. */
export function positiveNumbers(text: string): number[] {
  const values = numbers(text);
  const wrong = values.find((value) => value <= 0);
  if (wrong !== undefined) throw new InvalidArgumentError(`found ${wrong}, accepted are numbers above 0`);
  return values;
}

/** Which of some flags stand on the command line, as the user wrote them. */
export function givenFlags(command: Command, names: readonly string[]): string[] {
  return names.filter((name) => command.getOptionValueSource(name) === 'cli').map((name) => `--${name}`);
}

/** Refuses flags that were given although they mean nothing beside something else. @throws USAGE */
export function refuseFlags(command: Command, beside: string, given: readonly string[]): void {
  if (given.length === 0) return;
  fail('USAGE', `${given.join(', ')} and ${beside} do not go together.`, {
    hint: `kirchhoff ${command.name()} --help`,
  });
}
