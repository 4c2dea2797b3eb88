import { describe, expect, test } from 'vitest';
import { chipCost, loadChip, type MappingOptions, mapNetwork, simulateChip } from '../../src/chip/index.js';
import { baselineGraph, type NetworkGraph } from '../../src/nn/index.js';
import { testGraph } from './support/test-graph.js';

const hermes = loadChip('hermes-64');
const names = ['resnet8', 'ds-cnn', 'mobilenet-v1-0.25', 'autoencoder', 'resnet20', 'resnet32', 'resnet56'];

describe.each(names)('%s', (name) => {
  const mapping = mapNetwork(baselineGraph(name), hermes);
  const cost = chipCost(mapping);

  test('pipelined, the interval is that of the busiest core', () => {
    const { intervalSeconds, busiestCore } = simulateChip(mapping, { inferences: 6 });
    expect(intervalSeconds / cost.intervalSeconds).toBeGreaterThan(0.98);
    expect(intervalSeconds / cost.intervalSeconds).toBeLessThan(1.02);
    expect(busiestCore).toBeLessThanOrEqual(1 + 1e-9);
  });

  test('layer by layer, the latency is the sum over the layers', () => {
    const { latencySeconds, seconds } = simulateChip(mapping, { inferences: 2, order: 'sequential', phases: 4 });
    const expected = chipCost(mapping, { phases: 4 }).latencySeconds;
    expect(latencySeconds / expected).toBeCloseTo(1, 9);
    expect(seconds / expected).toBeCloseTo(2, 9);
  });

  test('with the assumed parameters too', () => {
    const { withAssumed } = cost;
    const { intervalSeconds } = simulateChip(mapping, { inferences: 4, assumed: true });
    expect(Math.abs(intervalSeconds / withAssumed.intervalSeconds - 1)).toBeLessThan(0.02);
    const { latencySeconds } = simulateChip(mapping, { inferences: 1, assumed: true, order: 'sequential' });
    expect(Math.abs(latencySeconds / withAssumed.latencySeconds - 1)).toBeLessThan(0.02);
  });

  test('pipelining shortens an inference, but not below its slowest layer', () => {
    const { latencySeconds } = simulateChip(mapping, { inferences: 1 });
    expect(latencySeconds).toBeLessThanOrEqual(cost.latencySeconds * (1 + 1e-9));
    expect(latencySeconds).toBeGreaterThanOrEqual(cost.intervalSeconds * (1 - 1e-9));
  });
});

test('copies and shared cores keep the interval of the busiest core', () => {
  const graph = baselineGraph('resnet8');
  for (const options of [{ replicate: true }, { placement: 'packed' }, { placement: 'balanced' }] as const) {
    const mapping = mapNetwork(graph, hermes, options);
    const ratio = simulateChip(mapping, { inferences: 16 }).intervalSeconds / chipCost(mapping).intervalSeconds;
    expect(Math.abs(ratio - 1), JSON.stringify(options)).toBeLessThan(0.02);
  }
});

test('the assumed digital time slows every vector', () => {
  const mapping = mapNetwork(baselineGraph('resnet8'), hermes);
  const { withAssumed } = chipCost(mapping);
  const { intervalSeconds } = simulateChip(mapping, { inferences: 6, assumed: true });
  expect(Math.abs(intervalSeconds / withAssumed.intervalSeconds - 1)).toBeLessThan(0.02);
  expect(withAssumed.intervalSeconds).toBeGreaterThan(chipCost(mapping).intervalSeconds * 5);
});

describe('nothing starts before what it is made from is there', () => {
  const vector = hermes.readModes[0]!.mvmSeconds.value;
  const spansOf = (graph: NetworkGraph, options: MappingOptions = {}) => {
    const { spans } = simulateChip(mapNetwork(graph, hermes, options), { inferences: 2 });
    const first = spans.filter(({ inference }) => inference === 0);
    return (layer: string) => {
      const { startSeconds, endSeconds } = first.find((span) => span.layer === layer)!;
      return [startSeconds / vector, endSeconds / vector].map((vectors) => Math.round(1e6 * vectors) / 1e6);
    };
  };

  test('attention waits for all keys', () => {
    const at = spansOf(
      testGraph(
        [16, 32],
        [
          { id: 'e', op: 'dense', inputs: ['input'], units: 32 },
          { id: 'a', op: 'attention', inputs: ['e'], heads: 4, keySize: 8 },
          { id: 's', op: 'add', inputs: ['a', 'e'] },
          { id: 'd', op: 'dense', inputs: ['s'], units: 4 },
        ],
      ),
    );
    expect([at('a/query'), at('a/key'), at('a/output'), at('d')]).toEqual([
      [1, 17],
      [1, 17],
      [17, 33],
      [18, 34],
    ]);
  });

  test('a mean over the image waits for the whole image', () => {
    const conv = (id: string, input: string) => ({ id, op: 'conv2d', inputs: [input], filters: 4, kernel: [3, 3] });
    const mean = { id: 'g', op: 'globalAvgPool', inputs: ['a'] };
    const added = [conv('a', 'input'), mean, { id: 's', op: 'add', inputs: ['a', 'g'] }, conv('b', 's')];
    expect(spansOf(testGraph([16, 16, 4], added))('b')).toEqual([256, 512]);
  });

  test('a step of a recurrent layer waits for the step before, on all of its cores', () => {
    const at = spansOf(testGraph([10, 8], [{ id: 'l', op: 'lstm', inputs: ['input'], units: 300 }]));
    expect([at('l/input'), at('l/recurrent')]).toEqual([
      [0, 10],
      [1, 11],
    ]);
  });
});

test('layers that share a core take turns in their order, wherever the blocks were placed', () => {
  const mapping = mapNetwork(baselineGraph('resnet8'), hermes, { placement: 'packed' });
  const reversed = { ...mapping, blocks: mapping.blocks.toReversed() };
  const [one, other] = [mapping, reversed].map((each) => simulateChip(each, { inferences: 3 }));
  expect(other).toEqual(one);
});
