import { describe, expect, it, vi } from 'vitest';
import { nativeAvailable } from '../tensor/support.js';
import { kirchhoff } from './run-cli.js';

describe('doctor', () => {
  it('says of every part whether it works, and nothing beside the table', { timeout: 120_000 }, () => {
    const { status, stdout, stderr } = kirchhoff('doctor');
    expect(status).toBe(0);
    expect(stderr).toBe('');
    for (const part of ['native', 'wasm', 'cpu', 'tensorflow', 'webgpu']) {
      expect(stdout).toMatch(new RegExp(`^backend ${part} +(yes|no) +\\S`, 'm'));
    }
    expect(stdout).toMatch(/^surrogate +yes +XGBoost/m);
  });

  it.skipIf(!nativeAvailable).each([
    ['KIRCHHOFF_NO_NATIVE', '1', 'switched off by KIRCHHOFF_NO_NATIVE'],
    ['KIRCHHOFF_ISA', 'mmx', 'The native engine cannot use the instruction set'],
  ])('advises to unset %s where that is what keeps native off', { timeout: 120_000 }, (variable, value, found) => {
    vi.stubEnv(variable, value);
    const { status, stdout } = kirchhoff('doctor');
    vi.unstubAllEnvs();
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^backend native +no +${found}`, 'm'));
    expect(stdout).toContain(`backend native: unset ${variable}\n`);
  });

  it('answers as JSON on request', { timeout: 120_000 }, () => {
    const { findings } = JSON.parse(kirchhoff('doctor', '--json').stdout) as {
      findings: { part: string; works: boolean; howToGet?: string }[];
    };
    for (const { part, works, howToGet } of findings.filter(({ part }) => part.startsWith('backend '))) {
      expect(howToGet === undefined, part).toBe(works);
    }
  });
});
