import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunStart, TrialRecord } from '../../src/store/index.js';

/** A fresh folder that is removed when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const start: RunStart = {
  version: '0.1.0',
  config: { seed: 1, space: 'resnet-tiny' },
  environment: { node: 'v20' },
  notes: ['images are generated'],
};

export const metrics = {
  digitalAccuracy: 0.9,
  analog: [
    { seconds: 1, mean: 0.88, std: 0.01, repeats: 5 },
    { seconds: 86_400, mean: 0.86, std: 0.02, repeats: 5 },
  ],
  avm: 0.02,
  params: 1000,
  macs: 20_000,
  chip: { cores: 3, utilisation: 0.5, latencySeconds: 1e-5, energyJoules: 1e-6, fits: true },
  seconds: 1.5,
  notes: [],
};

export function trialRecord(number: number, more: Partial<TrialRecord> = {}): TrialRecord {
  return {
    number,
    role: 'search',
    key: `key${number}`,
    name: `name${number}`,
    round: 0,
    architecture: { space: 'toy', params: { width: number } },
    predicted: null,
    state: 'done',
    metrics,
    reason: null,
    attempts: 1,
    finishedAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}
