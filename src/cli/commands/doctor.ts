import { existsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { textTable } from '../../report/index.js';
import { xgboostStatus } from '../../surrogate/index.js';
import { probeBackends, useBackend } from '../../tensor/index.js';
import { jsonFlag } from '../flags.js';
import { processOutput } from '../output.js';

/** `kirchhoff doctor`: what works on this machine and how to get the rest. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('show what works on this machine, and how to get the rest')
    .addOption(jsonFlag())
    .addHelpText('after', '\nExample:\n  $ kirchhoff doctor')
    .action(async (flags: { json?: true }) => {
      const findings = await examine();
      processOutput(flags.json === true).answer(findings, () => describe(findings));
    });
}

interface Finding {
  part: string;
  works: boolean;
  /** What was found. */
  found: string;
  /** What to do where it does not work. */
  howToGet?: string;
}

async function examine(): Promise<{ machine: string; backend: string; findings: Finding[] }> {
  const backends = await probeBackends();
  const line = await useBackend().then(
    (report) => report.line,
    (error: Error) => error.message,
  );
  const surrogate = xgboostStatus();
  const browser = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => existsSync(file));
  return {
    machine: `Node ${process.version}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    backend: line,
    findings: [
      ...backends.map(({ name, available, reason, howToGet }) => ({
        part: `backend ${name}`,
        works: available,
        found: reason,
        ...(howToGet !== undefined && !available && { howToGet }),
      })),
      {
        part: 'surrogate',
        works: surrogate.available,
        found: surrogate.available ? `XGBoost ${surrogate.version}` : surrogate.reason,
      },
      { part: 'browser', works: browser !== undefined, found: browser ?? 'none; only tests of pages need one' },
    ],
  };
}

function describe({ machine, backend, findings }: Awaited<ReturnType<typeof examine>>): string {
  const table = textTable<Finding>(
    [
      { title: 'part', text: ({ part }) => part },
      { title: 'works', text: ({ works }) => (works ? 'yes' : 'no') },
      { title: 'found', text: ({ found }) => found },
    ],
    findings,
  );
  const advice = findings.flatMap(({ part, howToGet }) => (howToGet === undefined ? [] : [`${part}: ${howToGet}`]));
  return [machine, backend, '', table, ...(advice.length > 0 ? ['', 'How to get the rest:', ...advice] : [])].join(
    '\n',
  );
}
