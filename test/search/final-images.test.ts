import { expect, it } from 'vitest';
import { parseSearchConfig, prepareRun, tableTrial } from '../../src/search/index.js';
import { candidateTrial } from '../../src/search/trials.js';
import { createRng } from '../../src/tensor/index.js';
import { tinyConfig } from './support/tiny-process.js';

const setupOf = (final: object) =>
  prepareRun(parseSearchConfig({ ...tinyConfig, final: { ...tinyConfig.final, ...final } }, 'test'));

it('trains the networks of the final table on final.train images, the others on task.train', async () => {
  const setup = await setupOf({ train: 128 });
  const architecture = setup.space.sample(createRng(1));
  const candidate = candidateTrial(setup, 0, { architecture, predicted: null });
  const [found, baseline] = [tableTrial(setup, 0, architecture), tableTrial(setup, 1, 'resnet-tiny')];
  expect(candidate.spec.task.train).toBe(64);
  expect(found.spec.task).toEqual({ ...candidate.spec.task, train: 128, fingerprint: found.spec.task.fingerprint });
  expect(found.spec.task.fingerprint).not.toBe(candidate.spec.task.fingerprint);
  expect(baseline.spec.task).toEqual(found.spec.task);
});

it('trains all on the same images where final.train is absent, and a run may not be resumed under another', async () => {
  const same = await setupOf({});
  expect(same.finalTask).toEqual(same.task);
  const other = await setupOf({ train: 128 });
  expect(other.normalise).not.toEqual(same.normalise);
  expect(other.fingerprint).not.toBe(same.fingerprint);
});
