import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fail, KirchhoffError } from '../../config/index.js';
import { type BackendName, backendNames, useBackend } from '../../tensor/index.js';
import { type FileResult, runGoldenFolder } from './run-folder.js';

const usage = `Compares this simulator with numbers computed by IBM's AIHWKit.

  npm run golden -- [folder] [--backend ${backendNames.join('|')}] [--json]

The folder defaults to ../shared/golden where that exists, else to test/golden. "worst" is the largest deviation as a
share of the tolerance that the file's section of the folder's README states: a case passes up to 1.`;

/** Exit code 0: all passed; 1: a miss; 2: wrong usage or a missing folder. */
async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const backend = values.backend as BackendName | undefined;
  const report = await useBackend(backend === undefined ? {} : { backend });
  process.stderr.write(`${report.line}\n`);
  const print = (result: FileResult) => process.stderr.write(`${describe(result)}\n`);
  const files = await runGoldenFolder(positionals[0] ?? defaultFolder(), print);
  if (values.json) process.stdout.write(`${JSON.stringify({ files: files.map(asJson) }, null, 2)}\n`);
  else process.stdout.write(`${summary(files)}\n`);
  return files.every(({ failed }) => failed === 0) ? 0 : 1;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { backend: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (cause) {
    return fail('USAGE', (cause as Error).message, { hint: 'npm run golden -- --help' }, cause);
  }
}

function defaultFolder(): string {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const shared = `${process.env.KIRCHHOFF_SHARED ?? `${root}../shared`}/golden`;
  return existsSync(shared) ? shared : `${root}test/golden`;
}

/** JSON has no infinity. */
function asJson({ name, passed, failed, notBuilt, worst, seconds }: FileResult) {
  return { name, passed, failed, notBuilt, worst: Number.isFinite(worst) ? worst : null, seconds };
}

function describe({ name, passed, failed, notBuilt, worst, failures, reason, seconds }: FileResult): string {
  const counts = notBuilt > 0 ? `${notBuilt} not built: ${reason}` : `${passed} passed, ${failed} failed`;
  const measured = notBuilt > 0 ? '' : `, worst ${worst.toPrecision(3)} of the tolerance, ${seconds.toFixed(1)} s`;
  const missed = failures.map((failure) => `\n  ${failure.name}: ${failure.reason}`).join('');
  return `${name.padEnd(28)} ${counts}${measured}${missed}`;
}

function summary(files: readonly FileResult[]): string {
  const total = (pick: (file: FileResult) => number) => files.reduce((sum, file) => sum + pick(file), 0);
  return `${total((f) => f.passed)} cases passed, ${total((f) => f.failed)} failed, ${total((f) => f.notBuilt)} not built`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof KirchhoffError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
