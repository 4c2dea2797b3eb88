// npm run bench -- data [--data <cifar folder>] [--seed n] [--json]: how well and how fast the training recipes learn.
import { cpuUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { resolveCrossbar } from '../../dist/crossbar/index.js';
import { loadTask } from '../../dist/data/index.js';
import { baselineGraph, countNetwork, Model } from '../../dist/nn/index.js';
import { createRng, useBackend } from '../../dist/tensor/index.js';
import {
  accuracy,
  digitalTrainingSchema,
  driftAccuracy,
  hwaTrainingSchema,
  trainDigital,
  trainHwa,
} from '../../dist/training/index.js';
import { cifarRecipe, linearGraph, shapesRecipe } from './recipes.mjs';

/** Runs the suite; prints a table, or one JSON document on stdout. */
export async function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const report = await useBackend();
  console.error(report.line);
  const seed = Number(values.seed);
  const cases = [
    ['a linear classifier', linearGraph(), shapesRecipe],
    ['resnet-tiny', baselineGraph('resnet-tiny'), shapesRecipe],
    ['resnet8', baselineGraph('resnet8'), shapesRecipe],
  ];
  if (values.data !== undefined) {
    cases.push(['resnet8', baselineGraph('resnet8'), cifarRecipe(values.data)]);
  }
  const rows = [];
  for (const [name, graph, recipe] of cases) {
    rows.push(await measure(name, graph, recipe, seed));
    console.error(JSON.stringify(rows.at(-1)));
  }
  if (values.json) console.log(JSON.stringify({ backend: report.backend, seed, rows }, null, 2));
  else console.table(rows.map(({ notes, ...row }) => row));
}

/** Trains, fine-tunes and drifts one network; all accuracies are on validation images. */
async function measure(name, graph, recipe, seed) {
  const rng = createRng(seed, `bench/${name}`);
  const data = await loadTask({ ...recipe.task, seed });
  const { parameters, macs } = countNetwork(graph);
  const model = Model.create(graph, rng.child('init'));
  const crossbar = resolveCrossbar('pcm-8bit-256');

  const clock = cpuClock();
  await trainDigital(model, data, digitalTrainingSchema.parse(recipe.digital), { rng: rng.child('digital') });
  const digital = await accuracy((x) => model.predict(x), data.validation, data.normalise);
  const digitalSeconds = clock();
  await trainHwa(model, data, hwaTrainingSchema.parse(recipe.hwa), crossbar, { rng: rng.child('hwa') });
  const hwaSeconds = clock();
  const drift = { times: [1, 86_400, 2_592_000], repeats: 5, rng: rng.child('drift') };
  const [second, day, month] = await driftAccuracy(model, data.validation, data.normalise, crossbar, drift);
  const driftSeconds = clock();
  model.dispose();
  const percent = ({ mean, std }) => `${(100 * mean).toFixed(1)} ± ${(100 * std).toFixed(1)} %`;
  return {
    task: data.task.name,
    network: name,
    parameters,
    macs,
    digital: `${(100 * digital).toFixed(1)} %`,
    '1 s': percent(second),
    '1 day': percent(day),
    '30 days': percent(month),
    digitalSeconds,
    hwaSeconds,
    driftSeconds,
    notes: data.notes,
  };
}

/** Processor seconds since the last call. */
function cpuClock() {
  let last = cpuUsage();
  return () => {
    const { user, system } = cpuUsage(last);
    last = cpuUsage();
    return Number(((user + system) / 1e6).toFixed(1));
  };
}
