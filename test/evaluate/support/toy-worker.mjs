// A worker for tests of the pool: the name of the trial's graph says what happens.
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** The digital accuracy stands for the threads that the trial may use, in tenths. */
const metrics = (spec) => ({
  digitalAccuracy: new Int32Array(workerData)[0] / 10,
  analog: [{ seconds: 1, mean: (spec.seed % 100) / 100, std: 0, repeats: 1 }],
  avm: 0,
  params: 1,
  macs: 1,
  chip: { cores: 1, utilisation: 1, latencySeconds: 0, energyJoules: 0, fits: true },
  seconds: 0,
  notes: [],
});

/** True the first time it is asked about a file. */
function firstTime(file) {
  if (existsSync(file)) return false;
  writeFileSync(file, '');
  return true;
}

export default async function run(spec) {
  const [deed, file] = spec.graph.name.split('|');
  parentPort.postMessage({ trial: spec.number, stage: 'digital', done: 0 });
  if (deed === 'throw') throw new Error('no such luck');
  if (deed === 'exit') process.exit(3);
  if (deed === 'refuse') return { refusal: 'The training diverged.' };
  if (deed === 'throw-once' && firstTime(file)) throw new Error('only once');
  if (deed === 'exit-once' && firstTime(file)) process.exit(3);
  if (deed === 'hang') await new Promise(() => setInterval(() => {}, 1000));
  if (deed === 'spin') for (;;);
  if (deed === 'slow') await new Promise((resolve) => setTimeout(resolve, (spec.seed * 7) % 20));
  return { result: { metrics: metrics(spec) } };
}
