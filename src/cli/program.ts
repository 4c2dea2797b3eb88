import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help, type Option } from 'commander';

interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands; the command's own page says more. */
  readonly summary: string;
  /** Reads the command's file, and with it the libraries that it needs. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order that `--help` lists them. Only the one that is asked for is read: help is quick. */
const commands: readonly CommandEntry[] = [
  {
    name: 'search',
    summary: 'search architectures for a task, a space and a chip',
    load: async () => (await import('./commands/search.js')).searchCommand(),
  },
  {
    name: 'resume',
    summary: 'carry on with a run that was stopped or killed',
    load: async () => (await import('./commands/resume.js')).resumeCommand(),
  },
  {
    name: 'evaluate',
    summary: 'accuracy of one network on crossbars over time, trained here or before',
    load: async () => (await import('./commands/evaluate.js')).evaluateCommand(),
  },
  {
    name: 'map',
    summary: 'put a network on a chip: cores, time, energy, area, and whether it fits',
    load: async () => (await import('./commands/map.js')).mapCommand(),
  },
  {
    name: 'sweep',
    summary: 'test a trained network over ranges of crossbar settings',
    load: async () => (await import('./commands/sweep.js')).sweepCommand(),
  },
  {
    name: 'importance',
    summary: 'show how much each gene of the space mattered in a run',
    load: async () => (await import('./commands/importance.js')).importanceCommand(),
  },
  {
    name: 'export',
    summary: 'write the best network of a run, its conductances, or the trials as a study',
    load: async () => (await import('./commands/export.js')).exportCommand(),
  },
  {
    name: 'import',
    summary: 'take over a trained network in ONNX, or conductances measured on a chip',
    load: async () => (await import('./commands/import.js')).importCommand(),
  },
  {
    name: 'benchmark',
    summary: 'compare networks over training seeds, and ways of searching',
    load: async () => (await import('./commands/benchmark.js')).benchmarkCommand(),
  },
  {
    name: 'surrogate',
    summary: 'gather what surrogates learn from; fit, import and score them',
    load: async () => (await import('./commands/surrogate.js')).surrogateCommand(),
  },
  {
    name: 'studio',
    summary: 'watch runs in a browser',
    load: async () => (await import('./commands/studio.js')).studioCommand(),
  },
  {
    name: 'data',
    summary: 'download a data set',
    load: async () => (await import('./commands/data.js')).dataCommand(),
  },
  {
    name: 'doctor',
    summary: 'show what works on this machine, and how to get the rest',
    load: async () => (await import('./commands/doctor.js')).doctorCommand(),
  },
];

/**
 * Runs the command line and returns the exit code: 0, 2 for anything refused before work starts, 1 for a failure
 * afterwards.
 *
 * @param args the arguments after the program's name
 */
export async function runCli(args: readonly string[]): Promise<number> {
  process.stdout.on('error', ignoreClosedPipe);
  process.stderr.on('error', ignoreClosedPipe);
  try {
    const program = await createProgram(askedCommand(args));
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return (await import('./output.js')).reportError(error);
  }
}

/** The command that the arguments name, `help <command>` included. The program itself has no flag with a value. */
function askedCommand(args: readonly string[]): string | undefined {
  return args.filter((arg) => !arg.startsWith('-') && arg !== 'help')[0];
}

/** What an option means, and whether a command refuses to work without it. */
function optionDescription(this: Help, option: Option): string {
  const description = Help.prototype.optionDescription.call(this, option);
  return option.mandatory ? `${description} (required)` : description;
}

async function createProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('kirchhoff')
    .description('Neural architecture search for analog in-memory computing')
    .version(packageVersion(), '-V, --version')
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name(), optionDescription })
    .showSuggestionAfterError(true)
    .showHelpAfterError('(add --help for usage)')
    .addHelpText('after', '\nkirchhoff help <command> says more about one of them.')
    .exitOverride();
  for (const { name, summary, load } of commands) {
    const command = name === asked ? await load() : new Command(name);
    program.addCommand(inheritSettings(command.summary(summary), program));
  }
  return program;
}

function inheritSettings(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child as Command, command);
  return command;
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** `kirchhoff ... 2>&1 | head` closes our outputs early: that is the reader's right, not an error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
