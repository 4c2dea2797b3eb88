import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import type { TaskData } from '../../../src/data/index.js';
import { supernetSchema } from '../../../src/evaluate/supernet/options.js';
import { readSupernet } from '../../../src/evaluate/supernet/supernet-file.js';
import { trainSupernet } from '../../../src/evaluate/supernet/train-supernet.js';
import type { SearchSpace } from '../../../src/space/index.js';
import { createRng, useBackend } from '../../../src/tensor/index.js';
import { digitalTrainingSchema, hwaTrainingSchema } from '../../../src/training/index.js';
import { bars, normalise, sequenceNetwork } from '../../training/fixtures.js';

beforeAll(async () => {
  await useBackend();
});

/** A space of one network, of attention and a recurrent unit. */
const space = {
  name: 'sequence',
  sample: () => ({ space: 'sequence', params: {} }),
  hash: () => 'sequence',
  counts: () => ({ parameters: 1 }),
  build: () => sequenceNetwork(),
} as unknown as SearchSpace;

describe('trainSupernet', () => {
  it('holds every matrix on crossbars to its own deviation while there is noise, and no bias', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kirchhoff-supernet-')), 'supernet.bin');
    await trainSupernet({
      space,
      including: [],
      data: { train: bars(16, 1), normalise } as TaskData,
      fingerprint: 'bars',
      crossbar: resolveCrossbar('pcm-8bit-256'),
      options: supernetSchema.parse({ digitalEpochs: 0, hwaEpochs: 1, subnets: 1, draws: 1 }),
      digital: digitalTrainingSchema.parse({}),
      hwa: hwaTrainingSchema.parse({ batchSize: 16, clipSigma: 1.5 }),
      rng: createRng(1, 'supernet'),
      file,
    });
    const { bounds, shared } = readSupernet(file);
    const matrices = [...shared.tensors.keys()].filter((name) => /kernel$/i.test(name));
    expect(matrices).toHaveLength(7);
    expect(Object.keys(bounds)).toEqual(matrices);
    for (const name of matrices) {
      const { data } = shared.tensors.get(name)!;
      expect(Math.max(...data.map(Math.abs)), name).toBeCloseTo(bounds[name]!, 6);
    }
  });
});
