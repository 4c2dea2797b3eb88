import { errorCodes, KirchhoffError } from '../config/index.js';

/**
 * Where a command writes: the answer goes to stdout, everything else to stderr, so that the answer can be piped.
 */
export interface Output {
  /** The answer: with `--json` one JSON document, otherwise the text. Called once per command. */
  answer(value: unknown, text: () => string): void;
  /** A line for people on stderr. */
  note(line: string): void;
  /** Whether stderr is a terminal that can redraw lines. */
  readonly live: boolean;
}

/** The output of a process; `json` is the command's `--json` flag. */
export function processOutput(json: boolean): Output {
  return {
    answer: (value, text) => process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
    live: process.stderr.isTTY === true && process.env.CI === undefined,
  };
}

/** Shows an error as a short message on stderr and gives the exit code it calls for. */
export function reportError(error: unknown): number {
  if (error instanceof KirchhoffError) {
    process.stderr.write(`error: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof Error && error.name === 'AbortError') {
    process.stderr.write(`stopped: ${error.message}\n`);
    return 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`error: ${errorCodes.INTERNAL.meaning}; please report it with this text:\n${text}\n`);
  return 1;
}
