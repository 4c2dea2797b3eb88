// Runs or resumes a search with the built program: `node tiny-search.mjs <results> <workers> <config.json | run-id>`.
// Each event is a line of JSON; the last line is the result.
import { existsSync, readFileSync } from 'node:fs';
import { parseSearchConfig, resumeRun, runSearch } from '../../../dist/search/index.js';

const [resultsDir, workers, configOrId] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const options = { resultsDir, workers: Number(workers), signal: stop.signal, onEvent: tell };
try {
  const result = existsSync(configOrId)
    ? await runSearch(parseSearchConfig(JSON.parse(readFileSync(configOrId, 'utf8')), configOrId), options)
    : await resumeRun(configOrId, options);
  tell({ type: 'result', result });
} catch (error) {
  tell({ type: 'error', name: error.name, code: error.code, message: error.message });
  process.exitCode = 1;
}
