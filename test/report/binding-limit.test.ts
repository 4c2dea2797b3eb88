import { expect, it } from 'vitest';
import { limitShares } from '../../src/report/index.js';

const chip = { cores: 16, latencySeconds: 2e-6, energyJoules: null } as Parameters<typeof limitShares>[1]['chip'];
const measured = { avm: 0.02, parameters: 80_000, macs: 1_000_000, chip };

it('the limit that binds comes first; what is unknown or no limit at all is left out', () => {
  const limits = { params: 100_000, cores: 64, energy: 1e-4, avm: 1, preset: 'tinyml' };
  expect(limitShares(limits, measured)).toEqual([
    { name: 'params', value: 80_000, limit: 100_000, share: 0.8 },
    { name: 'cores', value: 16, limit: 64, share: 0.25 },
  ]);
  expect(limitShares({ avm: 0.04 }, measured)).toEqual([{ name: 'avm', value: 0.02, limit: 0.04, share: 0.5 }]);
  expect(limitShares(undefined, measured)).toEqual([]);
});
