import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built program, as a user starts it (`npm test` builds first). */
export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What a command left behind. */
export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, in the environment of the tests. */
export function kirchhoff(...args: string[]): CliResult {
  return kirchhoffIn(process.cwd(), ...args);
}

/** As {@link kirchhoff}, from another current folder. */
export function kirchhoffIn(cwd: string, ...args: string[]): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, stdout, stderr };
}
