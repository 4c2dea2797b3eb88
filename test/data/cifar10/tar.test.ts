import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar } from '../../../src/data/cifar10/tar.js';
import { tarOf } from './fixtures.js';

async function* cut(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function entriesOf(bytes: Uint8Array, pieceSize = 1000) {
  const entries: [string, string][] = [];
  for await (const { path, data } of readTar(cut(bytes, pieceSize)))
    entries.push([path, Buffer.from(data).toString('hex')]);
  return entries;
}

describe('readTar', () => {
  it('gives back the files of an archive, whatever the pieces it arrives in', async () => {
    const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,20}$/), fc.uint8Array({ maxLength: 1500 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 3000 }), async (content, pieceSize) => {
        const entries = await entriesOf(tarOf('folder', content), pieceSize);
        expect(entries).toEqual(
          Object.entries(content).map(([name, data]) => [`folder/${name}`, Buffer.from(data).toString('hex')]),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('refuses an archive that was cut anywhere before its end mark', async () => {
    const whole = tarOf('folder', { a: new Uint8Array(700), b: new Uint8Array(512) });
    for (let length = 0; length <= whole.length - 1024; length += 100) {
      await expect(entriesOf(whole.subarray(0, length))).rejects.toThrow('The archive is damaged.');
    }
  });

  it('refuses a header with a flipped bit', async () => {
    const whole = tarOf('folder', { a: 'content' });
    whole[512 + 3]! ^= 1;
    await expect(entriesOf(whole)).rejects.toThrow('the checksum of a file header is wrong');
  });
});
