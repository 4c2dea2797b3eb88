import { describe, expect, it } from 'vitest';
import { SharedGradients } from '../../../src/evaluate/supernet/shared-gradients.js';
import { SharedWeights, sharedKernels } from '../../../src/evaluate/supernet/shared-weights.js';
import { slice } from '../../../src/evaluate/supernet/slice.js';
import { subnetOf } from '../../../src/evaluate/supernet/train-supernet.js';
import { parseGraph } from '../../../src/nn/index.js';
import { type Architecture, loadSpace, type SearchSpace } from '../../../src/space/index.js';
import { createRng } from '../../../src/tensor/index.js';

const space = loadSpace('resnet-tiny');

function architecture(outChannel0: number, block: 1 | 2 | 3 | 4, kernelSize0 = 3): Architecture {
  return {
    space: space.name,
    params: { outChannel0, kernelSize0, M: 1, R1: 1, convBlock1: block, widenFact1: 1, B1: 1 },
  };
}

function sharedFor(...architectures: Architecture[]): SharedWeights {
  return SharedWeights.for(
    architectures.map((a) => subnetOf(space, a)),
    createRng(1, 'supernet'),
  );
}

const inherit = (shared: SharedWeights, a: Architecture, from: SearchSpace = space) => {
  return shared.inherit(subnetOf(from, a), createRng(1, 'fresh'));
};

describe('slices', () => {
  it('take the first channels and the middle of a window', () => {
    // [3, 3, 2, 2]: the value says where it stands
    const data = Float32Array.from({ length: 36 }, (_, i) => i);
    const { data: middle } = slice({ shape: [3, 3, 2, 2], data }, [1, 1, 1, 2]);
    expect([...middle]).toEqual([16, 17]);
    const { data: whole } = slice({ shape: [3, 3, 2, 2], data }, [3, 3, 2, 2]);
    expect([...whole]).toEqual([...data]);
    expect([...slice({ shape: [4], data: Float32Array.from([5, 6, 7, 8]) }, [3]).data]).toEqual([5, 6, 7]);
    expect([...slice({ shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) }, [2, 2]).data]).toEqual([
      1, 2, 4, 5,
    ]);
  });
});

describe('shared weights', () => {
  it('are as large as the largest layer at each place, and kept apart by block type', () => {
    const shared = sharedFor(architecture(4, 1), architecture(12, 1, 5), architecture(8, 4));
    expect(shared.tensors.get('stem/kernel')!.shape).toEqual([5, 5, 3, 12]);
    expect(shared.tensors.get('block1.1.branch1.conv1:A/kernel')!.shape).toEqual([3, 3, 12, 12]);
    expect(shared.tensors.get('block1.1.branch1.conv1:D/kernel')!.shape).toEqual([5, 5, 8, 8]);
    expect([...shared.tensors.keys()].some((name) => name.includes('moving'))).toBe(false);
  });

  it('give a network the part it needs', () => {
    const shared = sharedFor(architecture(12, 1, 5));
    const { weights, freshShare } = inherit(shared, architecture(4, 1, 3));
    expect(freshShare).toBe(0);
    const { shape, data } = shared.tensors.get('stem/kernel')!;
    expect(weights['stem/kernel']).toEqual(slice({ shape, data }, [3, 3, 3, 4]));
    expect([...weights['stem.norm/movingVariance']!.data]).toEqual([1, 1, 1, 1]);
  });

  it('say how much of a network they do not have, and keep what they do', () => {
    const shared = sharedFor(architecture(4, 1));
    expect(inherit(shared, architecture(4, 4)).freshShare).toBeGreaterThan(0.5);
    const { weights, freshShare } = inherit(shared, architecture(6, 1));
    expect(freshShare).toBeGreaterThan(0.3);
    expect(freshShare).toBeLessThan(0.7);
    const stem = weights['stem/kernel']!;
    const known = shared.tensors.get('stem/kernel')!;
    expect(slice(stem, known.shape).data).toEqual(known.data);
    const larger = inherit(shared, architecture(4, 1, 5)).weights['stem/kernel']!;
    expect(larger.shape).toEqual([5, 5, 3, 4]);
    expect(slice(larger, known.shape).data).toEqual(known.data);
  });
});

describe('gradients of several networks', () => {
  const plainStep = {
    learningRate: 0.5,
    momentum: 0.5,
    nesterov: false,
    weightDecay: 0.1,
    decayAll: false,
    bounds: {},
  };

  it('are averaged over the networks that have a value, and leave the others alone', () => {
    const shared = sharedFor(architecture(6, 1));
    const name = 'stem.norm/beta';
    const { data } = shared.tensors.get(name)!;
    expect([...data]).toEqual(Array(6).fill(0));
    const gradients = new SharedGradients(shared);
    gradients.add(name, [4], [1, 1, 1, 1]);
    gradients.add(name, [2], [3, 5]);
    const step = { ...plainStep, kernels: sharedKernels([subnetOf(space, architecture(6, 1))]) };
    gradients.step(step);
    expect([...data]).toEqual([-1, -1.5, -0.5, -0.5, 0, 0]);
    gradients.add(name, [2], [0, 0]);
    gradients.step({ ...step, bounds: { [name]: 1.25 } });
    expect([...data]).toEqual([-1.25, -1.25, -0.5, -0.5, 0, 0]);
  });

  it('decay every matrix on crossbars, whatever its name, and no bias', () => {
    const graph = parseGraph(
      {
        name: 'sequence',
        nodes: [
          { id: 'input', op: 'input', shape: [4, 6] },
          { id: 'a', op: 'attention', heads: 2, keySize: 3, inputs: ['input'] },
          { id: 'u', op: 'gru', units: 5, inputs: ['a'] },
        ],
        output: 'u',
      },
      'test',
    );
    const subnet = { graph, positions: { u: 'unit' } };
    const shared = SharedWeights.for([subnet], createRng(1, 'supernet'));
    const gradients = new SharedGradients(shared);
    for (const [name, { data, shape }] of shared.tensors) {
      data.fill(1);
      gradients.add(name, shape, new Float32Array(data.length));
    }
    gradients.step({ ...plainStep, kernels: sharedKernels([subnet]) });
    const decayed = [...shared.tensors].flatMap(([name, { data }]) => (data[0] === 1 ? [] : [name]));
    expect(decayed).toEqual([
      'a/queryKernel',
      'a/keyKernel',
      'a/valueKernel',
      'a/outputKernel',
      'unit/kernel',
      'unit/recurrentKernel',
    ]);
  });
});
