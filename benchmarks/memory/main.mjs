// npm run bench -- memory [--steps n] [--restarts n]: trains ResNet-8 on random images, then starts and ends workers that do so, and
// prints the resident memory on the way. Ends with exit code 1 where either grows by more than 2 %.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { tf, useBackend } from '../../dist/tensor/index.js';
import { trainer } from './trainer.mjs';

const bound = 0.02;
const readings = 12;
/** Until the code is compiled and the pools hold what a step needs. */
const warmUp = { steps: 300, restarts: 5 };

/** Runs the suite. */
export async function main(args) {
  const { values } = parseArgs({
    args,
    options: { steps: { type: 'string', default: '2000' }, restarts: { type: 'string', default: '24' } },
  });
  console.log((await useBackend()).line);
  const step = trainer();
  for (let i = 1; i <= warmUp.steps; i++) step(i);
  await watch('step', Number(values.steps), step);
  for (let i = 1; i <= warmUp.restarts; i++) await restart();
  await watch('restart', Number(values.restarts), restart);
}

/** Does `work` `count` times; the last third of the readings is held against the first. */
async function watch(name, count, work) {
  const every = Math.max(1, Math.floor(count / readings));
  const megabytes = [];
  for (let i = 1; i <= count; i++) {
    await work(i);
    if (i % every !== 0) continue;
    megabytes.push(resident());
    console.log(`${name} ${i}: ${megabytes.at(-1).toFixed(0)} MB, ${tf.memory().numTensors} tensors`);
  }
  const third = Math.ceil(megabytes.length / 3);
  const growth = median(megabytes.slice(-third)) / median(megabytes.slice(0, third)) - 1;
  console.log(`growth over ${count} ${name}s: ${(100 * growth).toFixed(1)} %`);
  if (growth > bound) process.exitCode = 1;
}

/** One worker from start to end. */
function restart() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url));
    worker.on('error', reject);
    worker.on('exit', resolve);
  });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Resident megabytes after collecting garbage: what JavaScript has not got round to freeing is no leak. */
function resident() {
  collect();
  return process.memoryUsage().rss / 1e6;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
