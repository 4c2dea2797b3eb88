import { expect, it, vi } from 'vitest';

/** The fingerprint as a program of its own would compute it. */
async function fingerprintUnder(isa: string | undefined): Promise<string> {
  vi.resetModules();
  vi.stubEnv('KIRCHHOFF_ISA', isa);
  const { programFingerprint } = await import('../../src/evaluate/program-fingerprint.js');
  return programFingerprint();
}

it('tells apart the vector instructions that results were computed with', async () => {
  const plain = await fingerprintUnder(undefined);
  expect(await fingerprintUnder(undefined)).toBe(plain);
  expect(await fingerprintUnder('generic')).not.toBe(plain);
  vi.unstubAllEnvs();
});
