import { describe, expect, it } from 'vitest';
import { countNetwork, Model } from '../../src/nn/index.js';
import { loadSpace, parseArchitecture } from '../../src/space/index.js';
import { createRng, tf, useBackend } from '../../src/tensor/index.js';
import { spaceContract } from './support/space-contract.js';
import { spaceFile } from './support/spaces.js';

const space = loadSpace('nasbench201');
const cell = (text: string) => parseArchitecture(text, space);

spaceContract(space, 25);

describe('the cells of NAS-Bench-201', () => {
  it('are 15,625', () => {
    expect(space.size()).toBe(15_625n);
  });

  it('have the published sizes where no edge is dead', () => {
    // The largest and the smallest of NAS-Bench-201 (1.531546 M and 0.073306 M, without batch-norm statistics).
    const trainable = (text: string) => countNetwork(space.build(cell(text))).trainableParameters;
    expect(trainable('(2, 2, 2, 2, 2, 2)')).toBe(1_531_546);
    expect(trainable('(0, 0, 0, 0, 0, 0)')).toBe(73_306);
  });

  it('lose their dead edges: those that no input reaches, and those that reach no output', () => {
    const sameCounts = (a: string, b: string) => expect(space.counts(cell(a))).toEqual(space.counts(cell(b)));
    sameCounts('(1, 1, 2, 2, 2, 2)', '(1, 1, 2, 1, 1, 1)');
    sameCounts('(2, 2, 2, 2, 1, 1)', '(1, 1, 2, 1, 1, 1)');
    const nodes = space.build(cell('(2, 1, 0, 2, 1, 1)')).nodes.map((node) => node.id);
    expect(nodes.filter((id) => id.startsWith('stage1.cell1'))).toEqual(['stage1.cell1.edge03']);
  });

  it('can be cut off: then the logits do not depend on the image', async () => {
    await useBackend({ backend: 'cpu' });
    const tiny = loadSpace(
      spaceFile({
        family: 'nasbench201',
        name: 'tiny-cells',
        task: { inputShape: [8, 8, 3], classes: 4 },
        stemChannels: 4,
        cellsPerStage: 1,
      }),
    );
    const logitsDiffer = (text: string): boolean => {
      const model = Model.create(tiny.build(parseArchitecture(text, tiny)), createRng(1));
      const [a, b] = [1, 2].map((seed) => tf.tensor4d(createRng(seed).fillNormal(new Float32Array(192)), [1, 8, 8, 3]));
      const [x, y] = [model.predict(a!).dataSync(), model.predict(b!).dataSync()];
      expect([...x, ...y].every(Number.isFinite)).toBe(true);
      model.dispose();
      return x.some((value, i) => value !== y[i]);
    };
    expect(logitsDiffer('(2, 0, 4, 3, 1, 2)')).toBe(true);
    expect(logitsDiffer('(2, 2, 1, 2, 1, 1)')).toBe(false);
  });

  it('know their live edges and paths in the extended encoding', () => {
    const names = space.featureNames('extended');
    const features = (text: string) => {
      const values = space.encodeExtended(cell(text));
      return Object.fromEntries(names.map((name, i) => [name, values[i]]));
    };
    expect(features('(2, 4, 0, 2, 1, 3)')).toMatchObject({
      'count.conv3x3': 2,
      'count.avgPool3x3': 1,
      liveEdges: 5,
      paths: 3,
      depth: 3,
      most3x3OnPath: 2,
      mostConvsOnPath: 3,
      pureSkipPaths: 1,
      pathsWithPool: 1,
      paths1x1Only: 1,
      'share.skip': expect.closeTo(1 / 3, 6),
      'share.conv3x3+conv3x3+conv1x1': expect.closeTo(1 / 3, 6),
      'share.conv1x1+avgPool3x3': expect.closeTo(1 / 3, 6),
      'share.conv3x3': 0,
    });
    // skips on a way and the order of what else is on it make no difference
    expect(features('(2, 1, 1, 3, 1, 0)')).toMatchObject({ paths: 1, 'share.conv3x3+conv1x1': 1 });
    expect(features('(1, 1, 1, 2, 2, 2)')).toMatchObject({ liveEdges: 0, paths: 0, depth: 0 });
  });
});
