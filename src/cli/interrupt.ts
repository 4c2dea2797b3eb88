/**
 * Runs a job that Ctrl-C stops cleanly: the first SIGINT or SIGTERM aborts the signal with a reason, a second one ends
 * the process at once.
 */
export async function interruptible<T>(
  job: (signal: AbortSignal) => Promise<T>,
  whenStopped: () => string,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(Object.assign(new Error(whenStopped()), { name: 'AbortError' }));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await job(controller.signal);
  } catch (error) {
    // what was stopped says so itself, but only the command knows how to go on
    throw controller.signal.aborted && (error as Error).name === 'AbortError' ? controller.signal.reason : error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
