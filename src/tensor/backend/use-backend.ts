import { fail, KirchhoffError } from '../../config/index.js';
import { tf } from '../tf.js';
import {
  type BackendAttempt,
  type BackendName,
  type BackendOptions,
  type BackendReport,
  backendNames,
  type StartedBackend,
} from './backend-report.js';
import { assertThreads } from './native.js';
import { automaticOrder, starterOf } from './starters.js';

/**
 * Starts a backend and makes tfjs use it; idempotent. Throws a KirchhoffError BACKEND_UNKNOWN or BACKEND_UNAVAILABLE
 * when a backend (or, by KIRCHHOFF_ISA, an instruction set) was named and does not exist or does not run here; USAGE for a
 * number of threads that is none.
 *
 * @example
 * const report = await useBackend();
 * console.error(report.line);
 */
export async function useBackend(options: BackendOptions = {}): Promise<BackendReport> {
  const { backend: wanted = 'auto', threads } = options;
  if (threads !== undefined) assertThreads(threads);
  const order = wanted === 'auto' ? automaticOrder : [known(wanted)];
  const tried: BackendAttempt[] = [];
  for (const name of order) {
    const started = await attempt(name, threads, tried);
    if (started === undefined) continue;
    await tf.setBackend(started.tfjsName);
    return report(name, started, tried, wanted !== 'auto');
  }
  return fail('BACKEND_UNAVAILABLE', `The backend ${wanted} does not run here: ${tried.at(-1)?.reason ?? 'unknown'}`, {
    hint: 'kirchhoff doctor',
  });
}

function known(name: string): BackendName {
  const found = backendNames.find((one) => one === name);
  if (found !== undefined) return found;
  return fail('BACKEND_UNKNOWN', `There is no backend called "${name}".`, {
    found: name,
    accepted: ['auto', ...backendNames].join(', '),
  });
}

async function attempt(
  name: BackendName,
  threads: number | undefined,
  tried: BackendAttempt[],
): Promise<StartedBackend | undefined> {
  try {
    const started = await starterOf(name).start(threads);
    tried.push({ name, ok: true, reason: started.description });
    return started;
  } catch (error) {
    if (error instanceof KirchhoffError) throw error; // the user's mistake, not this machine's lack
    tried.push({ name, ok: false, reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function report(
  backend: BackendName,
  started: StartedBackend,
  tried: readonly BackendAttempt[],
  named: boolean,
): BackendReport {
  const refused = tried.filter((attempt) => !attempt.ok).map((attempt) => `${attempt.name}: ${attempt.reason}`);
  const why = named ? 'as configured' : refused.length === 0 ? 'the fastest here' : refused.join('; ');
  const line = `backend ${backend} (${started.description}): ${why}`;
  return {
    backend,
    line,
    tried,
    threads: started.threads,
    ...(started.isa === undefined ? {} : { isa: started.isa }),
  };
}
