import type { RunStore } from '../store/index.js';
import { AbortError } from '../training/index.js';

/**
 * Journals the end of a run in which something was thrown: stopped by its signal, or failed. A run that has its result
 * stays finished, and one that was not being worked on stays what it was.
 */
export function journalEnd(store: RunStore, error: unknown): void {
  if (store.record.state !== 'running') return;
  store.update({ state: error instanceof AbortError ? 'stopped' : 'failed' });
}
