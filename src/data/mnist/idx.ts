import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { fail } from '../../config/index.js';

/** An array of unsigned bytes from an idx file. */
export interface IdxArray {
  readonly file: string;
  /** Length along each axis, slowest first. */
  readonly sizes: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads `<path>.gz`, or `<path>` where that is not there.
 *
 * Layout: two zero bytes, the type (8 = unsigned byte), the number of axes, each axis as a big-endian 32-bit number,
 * then the values (yann.lecun.com/exdb/mnist).
 *
 * @param accepted length of each axis, undefined for any
 * @throws DATA_MISSING, DATA_INVALID naming the file
 */
export async function readIdx(path: string, accepted: readonly (number | undefined)[]): Promise<IdxArray> {
  const file = existsSync(`${path}.gz`) || !existsSync(path) ? `${path}.gz` : path;
  const bytes = await readBytes(file);
  const header = 4 + 4 * accepted.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < header || view.getUint16(0) !== 0 || bytes[2] !== 8 || bytes[3] !== accepted.length) {
    invalid(
      file,
      `a header of ${[...bytes.subarray(0, 4)]}`,
      `0,0,8,${accepted.length} (bytes, ${accepted.length} axes)`,
    );
  }
  const sizes = accepted.map((_, axis) => view.getUint32(4 + 4 * axis));
  if (sizes.some((size, axis) => accepted[axis] !== undefined && accepted[axis] !== size)) {
    invalid(file, `sizes ${sizes.join(' x ')}`, accepted.map((size) => size ?? 'any').join(' x '));
  }
  const expected = header + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) invalid(file, `${bytes.length} bytes`, `${expected} bytes for ${sizes.join(' x ')}`);
  return { file, sizes, data: bytes.subarray(header) };
}

function invalid(file: string, found: string, accepted: string): never {
  return fail('DATA_INVALID', 'An idx file is damaged or is another file.', { source: file, found, accepted });
}

async function readBytes(file: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    return fail('DATA_MISSING', 'An MNIST file cannot be read.', { source: file, found: String(cause) }, cause);
  }
  if (!file.endsWith('.gz')) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    return fail('DATA_INVALID', 'A compressed file is damaged.', { source: file, found: String(cause) }, cause);
  }
}
