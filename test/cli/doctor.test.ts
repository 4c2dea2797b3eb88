import { describe, expect, it } from 'vitest';
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

  it('answers as JSON on request', { timeout: 120_000 }, () => {
    const { findings } = JSON.parse(kirchhoff('doctor', '--json').stdout) as {
      findings: { part: string; works: boolean; howToGet?: string }[];
    };
    for (const { part, works, howToGet } of findings.filter(({ part }) => part.startsWith('backend '))) {
      expect(howToGet === undefined, part).toBe(works);
    }
  });
});
