import { describe, expect, it } from 'vitest';
import { countNetwork } from '../../src/nn/index.js';
import { type Architecture, loadSpace, type SearchSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';
import { spaceContract } from './support/space-contract.js';
import { smallSpace } from './support/spaces.js';

for (const name of ['resnet-tiny', 'resnet-cifar10', 'analognas-cifar10', 'analognas-vww', 'analognas-kws']) {
  spaceContract(loadSpace(name), name === 'resnet-tiny' ? 60 : 12);
}

describe('an architecture of the AnalogNAS family', () => {
  const space = loadSpace('analognas-cifar10');
  const resnet32: Architecture = {
    space: 'analognas-cifar10',
    params: {
      outChannel0: 16,
      kernelSize0: 3,
      M: 3,
      ...{ R1: 5, convBlock1: 1, widenFact1: 1, B1: 1 },
      ...{ R2: 5, convBlock2: 1, widenFact2: 2, B2: 1 },
      ...{ R3: 5, convBlock3: 1, widenFact3: 2, B3: 1 },
    },
  };

  it('can be ResNet-32: 464,154 trained values, 69 M MACs, 32 layers deep', () => {
    space.validate(resnet32);
    const network = countNetwork(space.build(resnet32));
    // He et al.'s ResNet-32 has 464,154 (option A); two projections of 16x32 and 32x64 with batch norm come on top.
    expect(network.trainableParameters).toBe(464_154 + (16 * 32 + 64) + (32 * 64 + 128));
    expect(network.depth).toBe(32);
    expect(network.macs).toBe(69_124_736);
    expect(space.counts(resnet32).macs).toBe(network.macs);
  });

  it('encodes into the 22 values of AnalogNAS in their order, inactive main blocks as zeros', () => {
    expect(space.featureNames('base').join(' ')).toBe(
      'out_channel0 M R1 R2 R3 R4 R5 convblock1 widenfact1 B1 convblock2 widenfact2 B2 convblock3 widenfact3 B3 ' +
        'convblock4 widenfact4 B4 convblock5 widenfact5 B5',
    );
    const expected = [16, 3, 5, 5, 5, 0, 0, 1, 1, 1, 1, 2, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0];
    expect([...space.encode(resnet32)]).toEqual(expected);
  });

  it('ignores genes of main blocks beyond M, which only may be 0', () => {
    const padded = { ...resnet32, params: { ...resnet32.params, R4: 0, B5: 0 } };
    space.validate(padded);
    expect(space.hash(padded)).toBe(space.hash(resnet32));
    const wrong = { ...resnet32, params: { ...resnet32.params, R4: 2 } };
    expect(() => space.validate(wrong)).toThrow('"R4" is switched off by other genes');
  });

  it('downsamples at main blocks 2 and 3 and widens by multiplication', () => {
    const graph = space.build(resnet32);
    const convs = graph.nodes.filter((node) => node.op === 'conv2d');
    const strided = convs.filter((node) => node.strides[0] === 2).map((node) => node.id);
    expect(strided).toEqual(['block2.1.skip', 'block2.1.branch1.conv1', 'block3.1.skip', 'block3.1.branch1.conv1']);
    expect(convs.at(-1)).toMatchObject({ filters: 64 });
  });

  it('sums B branches and a skip, and takes the stride at the 3x3 of a bottleneck', () => {
    const branched = small({ M: 1, R1: 1, convBlock1: 2, widenFact1: 2, B1: 3 });
    const graph = branched.space.build(branched.architecture);
    const sum = graph.nodes.find((node) => node.id === 'block1.1.sum')!;
    expect(sum.inputs).toHaveLength(4);
    expect(sum.inputs[0]).toBe('block1.1.skip.norm');
    const twoBlocks = small({
      M: 2,
      R1: 1,
      convBlock1: 2,
      widenFact1: 1,
      B1: 1,
      R2: 1,
      convBlock2: 2,
      widenFact2: 1,
      B2: 1,
    });
    const strides = twoBlocks.space
      .build(twoBlocks.architecture)
      .nodes.flatMap((node) =>
        node.op === 'conv2d' && node.id.startsWith('block2.1.branch') ? [node.strides[0]] : [],
      );
    expect(strides).toEqual([1, 2, 1]);
  });

  it('of type C takes fewer crossbars than type A at about the same weights', () => {
    const counts = (convBlock1: number) => {
      const { space, architecture } = small({ outChannel0: 64, M: 1, R1: 4, convBlock1, widenFact1: 1, B1: 1 });
      return space.counts(architecture);
    };
    expect(counts(3).cores).toBe(counts(1).cores - 4 * 2);
    expect(counts(3).crossbarWeights / counts(1).crossbarWeights).toBeLessThan(1.15);
  });

  function small(genes: Record<string, number>): { space: SearchSpace; architecture: Architecture } {
    return { space, architecture: { space: space.name, params: { outChannel0: 16, kernelSize0: 3, ...genes } } };
  }
});

describe('the number of architectures', () => {
  it('is the number found by enumeration on small spaces', () => {
    const spaces = [
      smallSpace(),
      smallSpace({
        genes: {
          outChannel0: [2],
          kernelSize0: [3, 5],
          M: [1, 3],
          R: [1, 2],
          convBlock: ['B'],
          widenFact: [1],
          B: [1, 2],
        },
      }),
    ];
    expect(spaces.map((space) => space.size())).toEqual([BigInt(2 * (24 + 24 ** 2)), BigInt(2 * (4 + 4 ** 3))]);
    for (const space of spaces) expect(BigInt(reachable(space, space.sample(createRng(9))))).toBe(space.size());
  });

  it('counts the ranges of the paper exactly, beyond what a double holds', () => {
    // 31 widths x 3 kernels, and 16 x 4 x 4 x 12 combinations per main block
    const expected = [1n, 2n, 3n, 4n, 5n].reduce((sum, m) => sum + 93n * 3072n ** m, 0n);
    expect(loadSpace('analognas-cifar10').size()).toBe(expected);
  });

  /** Architectures that mutations reach from one, breadth first: all, also where M has gaps. */
  function reachable(space: SearchSpace, from: Architecture): number {
    const found = new Map<string, Architecture>();
    let frontier = [from];
    while (frontier.length > 0) {
      const fresh = frontier.filter((a) => !found.has(space.hash(a)) && found.set(space.hash(a), a));
      frontier = fresh.flatMap((a) => space.neighbours(a));
    }
    return found.size;
  }
});

describe('uniform sampling', () => {
  it('draws M, and each gene given M, uniformly (n = 6,000, five standard errors)', () => {
    const space = smallSpace();
    const rng = createRng(21);
    const draws = Array.from({ length: 6000 }, () => space.sample(rng));
    expectUniform(draws, 'M', [1, 2]);
    expectUniform(draws, 'outChannel0', [2, 4]);
    expectUniform(draws, 'convBlock1', [1, 3, 4]);
    expectUniform(
      draws.filter((a) => a.params.M === 2),
      'R2',
      [1, 2],
    );
  });

  it('under limits draws all that meet them alike, and nothing else', () => {
    const free = smallSpace();
    const space = free.withLimits({ params: 800 });
    const rng = createRng(4);
    const draws = Array.from({ length: 8000 }, () => space.sample(rng));
    const ones = draws.filter((a) => a.params.M === 1);
    const hashes = new Map<string, number>();
    for (const a of ones) hashes.set(space.hash(a), (hashes.get(space.hash(a)) ?? 0) + 1);
    const p = 1 / hashes.size;
    for (const count of hashes.values()) {
      expect(Math.abs(count / ones.length - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / ones.length));
    }
    const all = new Set(
      Array.from({ length: 5000 }, () => free.sample(rng))
        .filter((a) => a.params.M === 1 && space.withinLimits(a))
        .map((a) => free.hash(a)),
    );
    expect(hashes.size).toBe(all.size);
  });

  function expectUniform(draws: Architecture[], gene: string, values: number[]): void {
    const p = 1 / values.length;
    for (const value of values) {
      const share = draws.filter((a) => a.params[gene] === value).length / draws.length;
      expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws.length));
    }
  }
});
