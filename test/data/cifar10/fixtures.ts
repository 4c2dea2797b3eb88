import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** `count` records in the CIFAR-10 binary layout; record i has class i mod 10 and pixels that depend on i and `salt`. */
export function records(count: number, salt = 0): Uint8Array {
  const bytes = new Uint8Array(count * 3073);
  for (let i = 0; i < count; i++) {
    bytes[i * 3073] = i % 10;
    for (let k = 0; k < 3072; k++) bytes[i * 3073 + 1 + k] = (i * 7 + k * 3 + (k >> 10) * 50 + salt) & 255;
  }
  return bytes;
}

export const classText = 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n';

/** Runs `body` with a fresh folder that is removed afterwards. */
export async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kirchhoff-cifar-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes files into a folder. */
export async function write(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

/** A ustar archive with a folder entry and files in it, as the official one. */
export function tarOf(folder: string, files: Record<string, Uint8Array | string>): Uint8Array {
  const parts = [header(`${folder}/`, 0, '5')];
  for (const [name, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    parts.push(header(`${folder}/${name}`, data.length, '0'), data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function header(path: string, size: number, type: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(path, 0);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A small archive laid out as the official one, and its checksum. */
export function smallArchive(files: Record<string, Uint8Array | string> = smallFiles()) {
  const bytes = gzipSync(tarOf('cifar-10-batches-bin', files));
  return { bytes, md5: createHash('md5').update(bytes).digest('hex') };
}

export function smallFiles(): Record<string, Uint8Array | string> {
  return {
    'batches.meta.txt': classText,
    'data_batch_1.bin': records(40),
    'data_batch_2.bin': records(60, 100),
    'readme.html': '<p>where it came from</p>',
    'test_batch.bin': records(20, 200),
  };
}
