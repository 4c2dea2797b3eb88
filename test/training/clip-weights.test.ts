import { describe, expect, it } from 'vitest';
import { Model } from '../../src/nn/index.js';
import { createRng } from '../../src/tensor/index.js';
import { clipWeights } from '../../src/training/clip-weights.js';
import { sequenceNetwork, smallNetwork } from './fixtures.js';

const deviation = (values: Float32Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

/** Names of the weights that clipping to a share of their deviation changes. */
function clipped(model: Model): string[] {
  const before = model.exportWeights();
  clipWeights(model, 0.5)();
  const after = model.exportWeights();
  const changed = Object.keys(before).filter((name) => before[name]!.data.some((w, i) => w !== after[name]!.data[i]));
  for (const name of changed) {
    const largest = after[name]!.data.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    expect(largest, name).toBeCloseTo(0.5 * deviation(before[name]!.data), 5);
  }
  return changed;
}

describe('clipWeights', () => {
  it('clips every matrix that lies on crossbars to its own deviation, whatever its name, and nothing else', () => {
    const model = Model.create(sequenceNetwork(), createRng(1));
    expect(clipped(model)).toEqual([
      ...['query', 'key', 'value', 'output'].map((part) => `attention/${part}Kernel`),
      'gru/kernel',
      'gru/recurrentKernel',
      'classes/kernel',
    ]);
    model.dispose();
  });

  it('clips the kernels of convolutions and dense layers, not the norms behind them', () => {
    const model = Model.create(smallNetwork(), createRng(1));
    expect(clipped(model)).toEqual(['conv2d1/kernel', 'dense1/kernel']);
    model.dispose();
  });
});
