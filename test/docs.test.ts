import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = (file: string): string => readFileSync(new URL(`../docs/reference/${file}`, import.meta.url), 'utf8');

describe('the reference pages (npm run docs writes them)', () => {
  it('say what the code says', async () => {
    const generator = new URL('../docs/generate.mjs', import.meta.url).href;
    const { chipFilePage, configurationPage, crossbarPage, errorsPage } = await import(generator);
    expect(page('chip-file.md')).toBe(chipFilePage());
    expect(page('crossbar.md')).toBe(crossbarPage());
    expect(page('configuration.md')).toBe(configurationPage());
    expect(page('errors.md')).toBe(errorsPage());
  });
});
