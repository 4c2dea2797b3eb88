import { arch, cpus, platform } from 'node:os';
import { fail } from '../config/index.js';
import { programFingerprint } from '../evaluate/index.js';
import type { RunStore } from '../store/index.js';
import type { RunSetup } from './setup.js';

/** What a run records of the machine and of everything that its configuration only names. */
export function runEnvironment(setup: RunSetup): Record<string, string> {
  return {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    backend: setup.backend,
    images: setup.task.fingerprint,
    setup: setup.fingerprint,
    program: programFingerprint(),
  };
}

/**
 * Makes sure that a run is carried on with what it was begun with.
 *
 * @throws RUN_DAMAGED when space, chip, crossbar, images or the surrogate to begin with have changed since
 */
export function requireSameRun(store: RunStore, setup: RunSetup): void {
  const begun = store.record.environment.setup;
  if (begun === setup.fingerprint) return;
  fail('RUN_DAMAGED', changed(setup), {
    source: store.folder,
    found: `fingerprint ${setup.fingerprint}`,
    accepted: `fingerprint ${begun}`,
    hint: 'put the files back as they were, or search again',
  });
}

/** What may have changed since a run began, in one sentence. */
function changed({ config }: RunSetup): string {
  const what = [
    'the chip',
    'the crossbar',
    ...(config.surrogate.warmStart === undefined ? [] : ['surrogate.warmStart']),
  ];
  return `The space, ${what.join(', ')} or the images have changed since this run began.`;
}

/** What must be said beside the results of a run that another program, or another processor, began. */
export function programNotes(store: RunStore): string[] {
  if (store.record.environment.program === programFingerprint()) return [];
  const { version } = store.record.program;
  return [
    `This run was begun by another build of the program (version ${version}) or on another processor: its first ${store.record.trials.length} trials may differ in the last digits from what this one would measure.`,
  ];
}
