import { vi } from 'vitest';
import { runCli } from '../../src/cli/program.js';
import type { CliResult } from './run-cli.js';

/** Runs a command in this process, which spares the start of another: for refusals and help, which leave nothing running. */
export async function kirchhoffHere(...args: string[]): Promise<CliResult> {
  const [stdout, stderr] = [captured(process.stdout), captured(process.stderr)];
  try {
    const status = await runCli(args);
    return { status, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    vi.restoreAllMocks();
  }
}

/** What is written to a stream from now on, which it keeps to itself. */
function captured(stream: NodeJS.WriteStream): string[] {
  const written: string[] = [];
  vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  return written;
}
