import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { benchmarkCommand } from './commands/benchmark.js';
import { dataCommand } from './commands/data.js';
import { doctorCommand } from './commands/doctor.js';
import { evaluateCommand } from './commands/evaluate.js';
import { exportCommand } from './commands/export.js';
import { importCommand } from './commands/import.js';
import { importanceCommand } from './commands/importance.js';
import { mapCommand } from './commands/map.js';
import { resumeCommand } from './commands/resume.js';
import { searchCommand } from './commands/search.js';
import { studioCommand } from './commands/studio.js';
import { surrogateCommand } from './commands/surrogate.js';
import { sweepCommand } from './commands/sweep.js';
import { reportError } from './output.js';

/** Every command, in the order that `--help` lists them. */
const commands = [
  searchCommand,
  resumeCommand,
  evaluateCommand,
  mapCommand,
  sweepCommand,
  importanceCommand,
  exportCommand,
  importCommand,
  benchmarkCommand,
  surrogateCommand,
  studioCommand,
  dataCommand,
  doctorCommand,
];

/**
 * Runs the command line and returns the exit code: 0, 2 for anything refused before work starts, 1 for a failure
 * afterwards.
 *
 * @param args the arguments after the program's name
 */
export async function runCli(args: readonly string[]): Promise<number> {
  process.stdout.on('error', ignoreClosedPipe);
  const program = createProgram();
  try {
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(error);
  }
}

function createProgram(): Command {
  const program = new Command('kirchhoff')
    .description('Neural architecture search for analog in-memory computing')
    .version(packageVersion(), '-V, --version')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError(true)
    .showHelpAfterError('(add --help for usage)')
    .exitOverride();
  for (const create of commands) program.addCommand(inheritSettings(create(), program));
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

/** `kirchhoff ... | head` closes our stdout early: that is the reader's right, not an error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
