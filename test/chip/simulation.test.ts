import { describe, expect, test } from 'vitest';
import { chipCost, loadChip, mapNetwork, simulateChip } from '../../src/chip/index.js';
import { baselineGraph } from '../../src/nn/index.js';

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
