import cliProgress from 'cli-progress';
import type { Output } from './output.js';

/** A progress bar over bytes on stderr; silent where stderr is not a terminal. */
export function byteProgress(
  output: Output,
  title: string,
): { update: (state: { received: number; total: number | undefined }) => void; stop: () => void } {
  if (!output.live) return { update: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar(
    { format: `${title} {bar} {percentage}% | {value}/{total} MB | {eta_formatted} left`, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  let started = false;
  return {
    update: ({ received, total }) => {
      if (!started) bar.start(megabytes(total ?? received), megabytes(received));
      started = true;
      bar.update(megabytes(received));
    },
    stop: () => bar.stop(),
  };
}

/** A progress bar over steps of equal work on stderr; silent where stderr is not a terminal. */
export function stepProgress(
  output: Output,
  title: string,
): { update: (done: number, total: number) => void; stop: () => void } {
  if (!output.live) return { update: () => {}, stop: () => {} };
  const format = `${title} {bar} {percentage}% | {value}/{total} | {eta_formatted} left`;
  const bar = new cliProgress.SingleBar({ format, stream: process.stderr }, cliProgress.Presets.shades_classic);
  let started = false;
  return {
    update: (done, total) => {
      if (!started) bar.start(total, 0);
      started = true;
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
