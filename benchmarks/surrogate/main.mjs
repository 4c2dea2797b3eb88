// npm run bench -- surrogate [--space name] [--architectures n] [--seconds n] [--json]: how many architectures a second are
// ranked on one core, each encoded, scored and held to the limits, and what each step takes.
// npm run bench -- surrogate --cells <csv> [--target column] [--rows n] [--draws n]: how well each kind of surrogate orders
// the other rows of a table of cells.
import { cpuUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { emptySurvey, loadSpace, surveyArchitectures } from '../../dist/space/index.js';
import { ArchitectureRanker, Booster, featureTable, importXgboost, kendallTau } from '../../dist/surrogate/index.js';
import { rankerRecipe } from '../../dist/surrogate/model-parameters.js';
import { createRng } from '../../dist/tensor/index.js';
import { measureDraws } from './draws.mjs';

/** Rows that the ranker is fitted on: as many as a long search has. */
const ROWS = 300;

/** Runs the suite; prints a table, or one JSON document on stdout. */
export async function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      space: { type: 'string', default: 'analognas-cifar10,nasbench201' },
      architectures: { type: 'string', default: '4000' },
      seconds: { type: 'string', default: '2' },
      cells: { type: 'string' },
      target: { type: 'string', default: 'finetuned_drift_86400' },
      rows: { type: 'string', default: '400' },
      draws: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.cells !== undefined) {
    const { cells, target } = values;
    const found = measureDraws({ cells, target, rows: Number(values.rows), draws: Number(values.draws) });
    if (values.json) console.log(JSON.stringify(found, null, 2));
    else console.table(found);
    return;
  }
  const rows = values.space.split(',').flatMap((name) => {
    return measureSpace(loadSpace(name), Number(values.architectures), Number(values.seconds));
  });
  if (values.json) console.log(JSON.stringify({ ranker: rankerRecipe, rows }, null, 2));
  else console.table(rows);
}

function measureSpace(space, count, seconds) {
  const rng = createRng(1, 'bench/surrogate');
  const architectures = Array.from({ length: count }, () => space.sample(rng));
  const booster = fitRanker(space, rng);
  const ranker = new ArchitectureRanker(space, importXgboost(Buffer.from(booster.toJson())));
  const some = architectures.slice(0, 1000);
  check(space, booster, ranker, some);

  const survey = emptySurvey(space, some.length);
  const model = importXgboost(Buffer.from(booster.toJson()));
  surveyArchitectures(space, some, survey);
  const table = { values: survey.features, rows: some.length, cols: space.featureNames('extended').length };
  const scores = new Float32Array(some.length);
  const rows = [
    ['encode, score and limits', count, () => ranker.rank(architectures)],
    ['encode and limits only', some.length, () => surveyArchitectures(space, some, survey)],
    ['score only, our trees', some.length, () => model.predictInto(survey.features, some.length, scores)],
    ['score only, XGBoost', some.length, () => booster.predict(table)],
    ['one by one, plain', 200, () => oneByOne(space, booster, some.slice(0, 200))],
  ].map(([step, done, work]) => ({ space: space.name, step, perSecond: Math.round(rate(work, done, seconds)) }));
  booster.dispose();
  return rows;
}

/** A ranker of this package's recipe on a made-up landscape: its trees are as many and as deep as a real one's. */
function fitRanker(space, rng) {
  const rows = Array.from({ length: ROWS }, () => space.sample(rng));
  const table = featureTable(
    rows.map((a) => space.encodeExtended(a)),
    space.featureNames('extended').length,
  );
  const labels = Float32Array.from(rows, (a) => {
    const { parameters, depth } = space.counts(a);
    return Math.log2(parameters) - 0.2 * depth + rng.normal(0, 0.5);
  });
  return Booster.train(table, labels, rankerRecipe.rounds, { ...rankerRecipe.parameters, seed: 1 });
}

/** What is about to be timed is right: as XGBoost scores plain encodings, and as the space judges limits. */
function check(space, booster, ranker, architectures) {
  const { scores, within } = ranker.rank(architectures);
  const cols = space.featureNames('extended').length;
  const expected = booster.predict(
    featureTable(
      architectures.map((a) => space.encodeExtended(a)),
      cols,
    ),
  );
  const limits = architectures.every((a, i) => space.withinLimits(a) === (within[i] === 1));
  if (!limits || kendallTau(scores, expected) < 0.9999) throw new Error('the fast path differs from the plain one');
}

function oneByOne(space, booster, architectures) {
  const cols = space.featureNames('extended').length;
  for (const a of architectures) {
    if (space.withinLimits(a)) booster.predict(featureTable([space.encodeExtended(a)], cols));
  }
}

/** Items per second of processor time, the best of three after a warm-up. */
function rate(work, items, seconds) {
  work();
  work();
  let best = 0;
  for (let round = 0; round < 3; round++) {
    const before = cpuUsage();
    const began = performance.now();
    let done = 0;
    while (performance.now() - began < (seconds * 1000) / 3) {
      work();
      done += items;
    }
    const { user, system } = cpuUsage(before);
    best = Math.max(best, (done * 1e6) / (user + system));
  }
  return best;
}
