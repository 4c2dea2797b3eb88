// npm run bench -- <suite> [options]: runs one of the suites below this folder (each a folder with a main.mjs).
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const suites = readdirSync(here).filter((name) => existsSync(join(here, name, 'main.mjs')));
const [suite, ...args] = process.argv.slice(2);

if (suite === undefined || !suites.includes(suite)) {
  console.error(`usage: npm run bench -- <suite> [options]\nsuites: ${suites.join(', ')}`);
  process.exit(2);
}
if (!existsSync(join(here, '../dist/index.js')) && !existsSync(join(here, '../dist/tensor/index.js'))) {
  console.error('The benchmarks measure the built program: run "npm run build" first.');
  process.exit(2);
}
const { main } = await import(join(here, suite, 'main.mjs'));
try {
  await main(args);
} catch (error) {
  if (!error.code?.startsWith('ERR_PARSE_ARGS') && error.code !== 'USAGE') throw error;
  console.error(`${error.message}\nThe options of the suite stand at the top of benchmarks/${suite}/main.mjs.`);
  process.exit(2);
}
