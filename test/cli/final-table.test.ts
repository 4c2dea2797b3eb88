import { expect, it } from 'vitest';
import { finalTable } from '../../src/cli/final-table.js';
import type { FinalMeasurement, FinalRow, SearchResult } from '../../src/search/index.js';

const measured: FinalMeasurement = {
  digitalAccuracy: 0.8,
  analog: [
    { seconds: 1, mean: 0.79, std: 0.01, repeats: 10 },
    { seconds: 3600, mean: 0.77, std: 0.02, repeats: 10 },
    { seconds: 86_400, mean: 0.7512, std: 0.0234, repeats: 10 },
    { seconds: 2_592_000, mean: 0.72, std: 0.03, repeats: 10 },
  ],
  avm: 0.07,
  params: 78_666,
  macs: 12_501_632,
  cores: 70,
  utilisation: 0.31,
  fits: false,
  latencySeconds: 6.1e-4,
  energyJoules: 9.3e-5,
};
const row = (role: FinalRow['role'], name: string, measurement: FinalMeasurement | null): FinalRow => ({
  role,
  rank: 0,
  name,
  architecture: null,
  validation: null,
  measured: measurement,
  reason: measurement === null ? 'its loss is no longer a number' : null,
});
const result: SearchResult = {
  id: 'a',
  seed: 1,
  rows: [row('found', '3759d64aea8e854c', measured), row('baseline', 'resnet8', null)],
  trials: { done: 16, failed: 1 },
  front: null,
  surrogate: { rows: 16, heldOutKendallTau: 0.83 } as SearchResult['surrogate'],
  importance: [],
  supernet: null,
  notes: ['pixels are generated'],
};

it('shows accuracies and costs in tables that a terminal of 110 columns holds, with what they mean', () => {
  const text = finalTable(result, { params: 80_000, cores: 64 });
  for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(110);
  const facts = [
    '75.1 ± 2.3 %',
    '7.0 %',
    '70, too many',
    'cores 109 %, broken',
    'of 10 programmings',
    'from 1 s to 30 days',
  ];
  for (const fact of facts) expect(text).toContain(fact);
  expect(text).toContain('resnet8 failed: its loss is no longer a number');
  expect(text).toContain('Surrogate fitted on 16 trials, held-out Kendall tau 0.83.');
});
