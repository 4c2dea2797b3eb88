/** Thrown when work stops because its signal was aborted; `cause` is the reason that the aborter gave. */
export class AbortError extends Error {
  override readonly name = 'AbortError';
  readonly code = 'ABORT_ERR';

  constructor(cause?: unknown) {
    super('The work was stopped.', cause === undefined ? undefined : { cause });
  }
}

/**
 * Lets the event loop turn once, so that messages and aborts come through between two steps of a long computation.
 *
 * @throws AbortError when the signal is aborted
 */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (signal?.aborted) throw new AbortError(signal.reason);
}
