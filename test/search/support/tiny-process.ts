import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RunEvent, SearchResult } from '../../../src/search/index.js';

const script = fileURLToPath(new URL('./tiny-search.mjs', import.meta.url));

/** A search of a minute's worth of nothing: few images, one epoch, the smallest networks. */
export const tinyConfig = {
  task: { name: 'synthetic-shapes', train: 64, validation: 20, test: 20 },
  space: 'resnet-tiny',
  seed: 3,
  limits: { params: 4000, macs: 800_000 },
  search: { strategy: 'evolution', population: 30, generations: 2, trials: 6, evaluateTop: 2 },
  surrogate: { kind: 'xgboost', after: 4 },
  training: {
    digital: { epochs: 1, batchSize: 16, learningRate: 0.05 },
    hwa: { epochs: 1, batchSize: 16, learningRate: 0.01, inputRange: { images: 16 } },
  },
  evaluation: { times: ['1s', '1d', '30d'], repeats: 2 },
  final: { top: 1, baseline: 'resnet-tiny', repeats: 2 },
};

/** What the script writes, line by line. */
export type TinyMessage =
  | RunEvent
  | { type: 'result'; result: SearchResult }
  | { type: 'error'; name: string; code?: string; message: string };

/** What became of a run of the script. */
export interface TinyOutcome {
  readonly messages: readonly TinyMessage[];
  readonly result: SearchResult | undefined;
  readonly runId: string;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

/**
 * Starts the built program on the tiny configuration, or on the id of a run to resume.
 *
 * @param onMessage sees every line as it comes, and the process, to end it at a chosen moment
 */
export async function tinySearch(
  resultsDir: string,
  workers: number,
  what: { id: string } | { config: object },
  onMessage: (message: TinyMessage, process: ChildProcess) => void = () => {},
): Promise<TinyOutcome> {
  const child = spawn(process.execPath, [script, resultsDir, String(workers), argument(resultsDir, what)]);
  const messages: TinyMessage[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  createInterface(child.stdout).on('line', (line) => {
    const message = parse(line);
    if (message === undefined) return;
    messages.push(message);
    onMessage(message, child);
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const started = messages.find((message) => message.type === 'started');
  const last = messages.at(-1);
  return {
    messages,
    result: last?.type === 'result' ? last.result : undefined,
    runId: started?.id ?? '',
    signal,
    errors,
  };
}

function argument(resultsDir: string, what: { id: string } | { config: object }): string {
  if ('id' in what) return what.id;
  const file = join(resultsDir, 'tiny.json');
  writeFileSync(file, JSON.stringify(what.config));
  return file;
}

/** A killed process may leave half a line. */
function parse(line: string): TinyMessage | undefined {
  try {
    return JSON.parse(line) as TinyMessage;
  } catch {
    return undefined;
  }
}
