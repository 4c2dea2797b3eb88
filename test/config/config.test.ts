import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  applyOverrides,
  canonicalJson,
  contentHash,
  KirchhoffError,
  nearestWord,
  parseWith,
  readDocument,
} from '../../src/config/index.js';

const schema = z.strictObject({
  task: z.strictObject({ name: z.string(), train: z.int().min(1).optional() }),
  kind: z.enum(['random', 'evolution']).default('random'),
  times: z.array(z.number().positive()).min(1).optional(),
});

function errorOf(action: () => unknown): KirchhoffError {
  try {
    action();
  } catch (error) {
    if (error instanceof KirchhoffError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe('parseWith', () => {
  it('returns the parsed value with defaults', () => {
    expect(parseWith(schema, { task: { name: 'a' } }, 'x.yaml')).toEqual({ task: { name: 'a' }, kind: 'random' });
  });

  it('guesses a misspelt key and names file, path, finding and accepted keys', () => {
    const error = errorOf(() => parseWith(schema, { task: { name: 'a', tarin: 5 } }, 'x.yaml'));
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe(
      'Unknown key "tarin". Did you mean "train"?\n  in:       x.yaml at task.tarin\n  found:    5\n  accepted: name, train',
    );
  });

  it('says what is missing, too small, of the wrong type or not among the values', () => {
    expect(errorOf(() => parseWith(schema, {}, 'x')).message).toContain(
      'A required value is missing.\n  in:       x at task',
    );
    expect(errorOf(() => parseWith(schema, { task: { name: 'a', train: 0 } }, 'x')).message).toContain(
      'accepted: a value >= 1',
    );
    const either = z.object({ size: z.union([z.number().positive(), z.literal('auto'), z.array(z.number())]) });
    expect(errorOf(() => parseWith(either, { size: 'auot' }, 'x')).message).toContain(
      'x at size\n  found:    "auot"\n  accepted: a number, or auto (did you mean "auto"?), or a list',
    );
    const twice = z.object({
      a: z
        .array(z.number())
        .min(2)
        .refine((list) => list.length > 1, 'more'),
    });
    expect(errorOf(() => parseWith(twice, { a: [] }, 'x')).message).not.toContain('also fix');
    expect(errorOf(() => parseWith(either, { size: Number.NaN }, 'x')).message).toContain('found:    NaN');
    expect(errorOf(() => parseWith(schema, { task: { name: 3 } }, 'x')).message).toContain(
      'found:    3\n  accepted: a text',
    );
    expect(errorOf(() => parseWith(schema, { task: { name: 'a' }, kind: 'evoluton' }, 'x')).message).toContain(
      'A value is not one of the accepted ones.\n  in:       x at kind\n  found:    "evoluton"\n  accepted: random, evolution (did you mean "evolution"?)',
    );
    expect(errorOf(() => parseWith(schema, { task: { name: 'a' }, times: [1, -1] }, 'x')).message).toContain(
      'x at times[1]',
    );
  });

  it('lists further problems as a hint', () => {
    const error = errorOf(() => parseWith(schema, { task: { name: 3 }, times: [] }, 'x'));
    expect(error.details.hint).toBe('also fix times');
  });

  it('speaks of the branch of a union that came furthest', () => {
    const union = z.strictObject({ m: z.union([z.string(), z.strictObject({ deep: z.number() })]) });
    expect(errorOf(() => parseWith(union, { m: { deep: 'no' } }, 'x')).details).toMatchObject({
      path: 'm.deep',
      found: '"no"',
    });
  });
});

describe('readDocument', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-config-'));
  it('reads YAML and JSON', () => {
    writeFileSync(join(dir, 'a.yaml'), 'a: 1\nb: [x, y]\n');
    writeFileSync(join(dir, 'a.json'), '{"a": 1}');
    expect(readDocument(join(dir, 'a.yaml'))).toEqual({ a: 1, b: ['x', 'y'] });
    expect(readDocument(join(dir, 'a.json'))).toEqual({ a: 1 });
  });

  it('names line and column of broken YAML, and the file that is missing or not JSON', () => {
    writeFileSync(join(dir, 'b.yaml'), 'a: 1\nb: [x, y\n');
    writeFileSync(join(dir, 'b.json'), '{"a": 1');
    expect(errorOf(() => readDocument(join(dir, 'b.yaml'))).details).toMatchObject({
      path: expect.stringMatching(/^line \d+, column \d+$/),
    });
    expect(errorOf(() => readDocument(join(dir, 'b.json'))).code).toBe('CONFIG_SYNTAX');
    expect(errorOf(() => readDocument(join(dir, 'none.yaml'))).details.found).toBe('no such file');
  });
});

describe('applyOverrides', () => {
  it('sets nested values as YAML without touching the original', () => {
    const original = { a: { b: 1 }, c: 2 };
    expect(applyOverrides(original, ['a.b=[1, 2]', 'd.e=true', 'c=hello'])).toEqual({
      a: { b: [1, 2] },
      c: 'hello',
      d: { e: true },
    });
    expect(original).toEqual({ a: { b: 1 }, c: 2 });
  });

  it('refuses what is not a.b=c', () => {
    for (const wrong of ['a', '=1', 'a..b=1', 'a.b.c=1', '__proto__.x=1']) {
      expect(errorOf(() => applyOverrides({ a: { b: 1 } }, [wrong])).code).toBe('OVERRIDE_INVALID');
    }
  });
});

describe('canonicalJson', () => {
  it('does not depend on key order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(contentHash(reversed)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });
});

describe('nearestWord', () => {
  it('finds swaps and slips, not strangers', () => {
    expect(nearestWord('poplation', ['population', 'generations'])).toBe('population');
    expect(nearestWord('trails', ['trials', 'train'])).toBe('trials');
    expect(nearestWord('zebra', ['trials', 'train'])).toBeUndefined();
  });
});
