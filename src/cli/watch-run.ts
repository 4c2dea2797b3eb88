import { join } from 'node:path';
import type { RunEvent, RunOptions, SearchResult } from '../search/index.js';
import { readRun, resumeHint } from '../store/index.js';
import { finalTable } from './final-table.js';
import { interruptible } from './interrupt.js';
import type { Output } from './output.js';
import { SearchScreen } from './search-screen.js';

/** Runs a search under a live screen, stops it cleanly at Ctrl-C, and answers with its final table. */
export async function watchRun(
  output: Output,
  resultsDir: string,
  run: (options: RunOptions) => Promise<SearchResult>,
): Promise<void> {
  const screen = new SearchScreen(output);
  let id = '';
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'started') id = event.id;
    screen.hear(event);
  };
  const stopped = (): string => `the run was interrupted; carry on with: ${resumeHint(id, resultsDir)}`;
  const result = await interruptible((signal) => run({ resultsDir, signal, onEvent }), stopped).finally(() =>
    screen.stop(),
  );
  if (id === '') output.note(`run ${result.id} had finished already: this is its result`);
  output.answer(result, () => finalTable(result, readRun(resultsDir, result.id).config.limits));
  output.note(`report: ${join(resultsDir, result.id, 'report.html')}`);
}
