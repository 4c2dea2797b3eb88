import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/interop/index.js';
import { Model } from '../../src/nn/index.js';
import { parseSearchConfig } from '../../src/search/config.js';
import { evaluateArchitecture } from '../../src/search/evaluate-architecture.js';
import { bestFolder, exportBest, exportTrained } from '../../src/search/export-best.js';
import { requireExportFolder } from '../../src/search/export-folder.js';
import { prepareRun, type RunSetup } from '../../src/search/setup.js';
import { tableTrial } from '../../src/search/trials.js';
import { type Architecture, loadArchitecture, loadSpace } from '../../src/space/index.js';
import { createRng, useBackend } from '../../src/tensor/index.js';
import { tinyConfig } from './support/tiny-process.js';
import { scratch, toySetup } from './support/toy-run.js';

const modelFiles = ['graph.json', 'model.json', 'model.weights.bin', 'weights.bin'];
const setup = toySetup();

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

/** Exports a baseline, or a point of the toy space, with weights of a seed. */
async function exportTo(
  folder: string,
  seed = 1,
  subject: Architecture | string = 'resnet-tiny',
  write = exportTrained,
  ofRun: RunSetup = setup,
) {
  const trial = tableTrial(ofRun, 0, subject);
  const model = Model.create(trial.spec.graph, createRng(seed));
  await write(folder, ofRun, trial, { weights: model.exportWeights(), inputRanges: {} });
  model.dispose();
}

/** Every file below a folder with what it holds. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe('exportTrained', () => {
  it('makes the folder and those above it', async () => {
    const folder = join(scratch(), 'deep', 'network');
    await exportTo(folder);
    expect(readdirSync(folder).sort()).toEqual(modelFiles);
    (await loadModel(folder)).dispose();
  });

  it('replaces the files of an earlier export, those too that the new one lacks', async () => {
    const folder = scratch();
    await exportTo(folder, 1, setup.space.sample(createRng(1)));
    expect(readdirSync(folder).sort()).toEqual(['architecture.json', ...modelFiles]);
    mkdirSync(join(folder, '.export.tmp'));
    const before = readFileSync(join(folder, 'weights.bin'));
    await exportTo(folder, 2);
    expect(readdirSync(folder).sort()).toEqual(modelFiles);
    expect(readFileSync(join(folder, 'weights.bin')).equals(before)).toBe(false);
    (await loadModel(folder)).dispose();
  });

  it('leaves what came into the folder during the training', async () => {
    const folder = scratch();
    await requireExportFolder(folder, '--export');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await expect(exportTo(folder)).rejects.toMatchObject({ code: 'RESULTS_UNWRITABLE' });
    expect(contentOf(folder)).toEqual({ 'notes.txt': 'mine' });
  });

  it('writes where a link leads, and the link stays', async () => {
    const dir = scratch();
    mkdirSync(join(dir, 'real'));
    symlinkSync('real', join(dir, 'link'));
    await exportTo(join(dir, 'link'));
    expect(readdirSync(join(dir, 'real')).sort()).toEqual(modelFiles);
  });
});

describe("a network of a space of one's own", () => {
  it('comes with its space, so that it is read again wherever it lies', async () => {
    const dir = scratch();
    const definition = { ...JSON.parse(readFileSync('search-spaces/resnet-tiny.json', 'utf8')), name: 'own' };
    writeFileSync(join(dir, 'own.json'), JSON.stringify(definition));
    const crossbar = { tile: [128], dacBits: [8], adcBits: [8], phases: [1] };
    const joint = { family: 'joint', name: 'own-joint', architectures: './own.json', crossbar };
    writeFileSync(join(dir, 'joint.json'), JSON.stringify(joint));
    const ofRun = await prepareRun(
      parseSearchConfig({ ...tinyConfig, space: join(dir, 'joint.json'), backend: 'cpu' }, 'run.yaml'),
    );
    const found = ofRun.space.sample(createRng(1));
    const folder = join(scratch(), 'network');
    await exportTo(folder, 1, found, exportTrained, ofRun);
    const loaded = loadArchitecture(join(folder, 'architecture.json'));
    expect(loadSpace(loaded.space).build(loaded)).toEqual(ofRun.space.build(found));
    expect(tableTrial(ofRun, 0, loaded).plan).toEqual(tableTrial(ofRun, 0, found).plan);
    await exportTo(folder, 2);
    expect(readdirSync(folder).sort()).toEqual(modelFiles);
  });
});

describe('exportBest', () => {
  it('replaces the best network of its run as a whole', async () => {
    const run = scratch();
    mkdirSync(join(run, bestFolder));
    writeFileSync(join(run, bestFolder, 'stale'), '');
    await exportTo(run, 1, 'resnet-tiny', exportBest);
    expect(readdirSync(run)).toEqual([bestFolder]);
    expect(readdirSync(join(run, bestFolder)).sort()).toEqual(modelFiles);
  });
});

describe('an evaluation refuses before it trains', () => {
  const config = parseSearchConfig(tinyConfig, 'run.yaml');

  /** The refusal; what is below `dir` must be untouched by it. */
  async function refused(dir: string, exportTo: string) {
    const before = contentOf(dir);
    const started: string[] = [];
    const onStart = (backend: string) => started.push(backend);
    const refusal = { code: 'RESULTS_UNWRITABLE', exitCode: 2, details: { source: `--export ${exportTo}` } };
    const evaluation = evaluateArchitecture(config, 'resnet-tiny', { exportTo, onStart });
    const error = await evaluation.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject(refusal);
    expect(started).toEqual([]);
    expect(contentOf(dir)).toEqual(before);
    return error as Error;
  }

  it('a folder with anything of the user', async () => {
    const dir = scratch();
    mkdirSync(join(dir, 'work', 'deep'), { recursive: true });
    writeFileSync(join(dir, 'work', 'deep', 'thesis.txt'), 'years of work');
    expect((await refused(dir, join(dir, 'work'))).message).toMatch(/found: {4}deep\n/);
  });

  it('an earlier export with a file of the user beside it', async () => {
    const dir = scratch();
    await exportTo(dir);
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    expect((await refused(dir, dir)).message).toMatch(/found: {4}notes\.txt\n/);
  });

  it('files that are only called like those of an export', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'graph.json'), '{"nodes": []}');
    writeFileSync(join(dir, 'model.json'), '{}');
    expect((await refused(dir, dir)).message).toMatch(/found: {4}graph\.json, model\.json\n/);
  });

  it('a file, and a path below a file', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'file'), 'mine');
    await refused(dir, join(dir, 'file'));
    await refused(dir, join(dir, 'file', 'below'));
    expect(existsSync(join(dir, 'file', 'below'))).toBe(false);
  });
});
