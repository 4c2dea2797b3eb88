import { open } from 'node:fs/promises';
import { fail } from '../../config/index.js';
import type { ImageSet, ImageShape } from '../image-set.js';

/** Shape of a CIFAR-10 image. */
export const cifarShape: ImageShape = [32, 32, 3];

const plane = 32 * 32;
/** One label byte, then 1,024 red, 1,024 green and 1,024 blue bytes, each row by row; records follow without gaps. */
export const recordBytes = 1 + 3 * plane;
const classCount = 10;

/**
 * Checks that a file is a whole number of records, each with a label 0-9, and returns the labels.
 *
 * @throws DATA_INVALID naming the file, what was found and what is accepted
 */
export function checkRecords(bytes: Uint8Array, file: string): Uint8Array {
  const whole = Math.floor(bytes.length / recordBytes);
  if (whole === 0 || whole * recordBytes !== bytes.length) {
    fail('DATA_INVALID', 'A CIFAR-10 file is cut short or is not in the binary layout.', {
      source: file,
      found: `${bytes.length} bytes: ${whole} records and ${bytes.length - whole * recordBytes} bytes over`,
      accepted: `a whole number of records of ${recordBytes} bytes (1 label, 3,072 pixels), at least one`,
      hint: 'fetch the file again, for example with: kirchhoff data cifar10',
    });
  }
  const labels = Uint8Array.from({ length: whole }, (_, record) => bytes[record * recordBytes]!);
  const wrong = labels.findIndex((label) => label >= classCount);
  if (wrong >= 0) {
    fail('DATA_INVALID', 'A CIFAR-10 record has an impossible label.', {
      source: file,
      path: `record ${wrong} (byte ${wrong * recordBytes})`,
      found: `label ${labels[wrong]}`,
      accepted: '0 to 9',
    });
  }
  return labels;
}

/** One file of records, checked. */
export interface RecordFile {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * Reads and checks a file of records.
 *
 * @throws DATA_MISSING or DATA_INVALID naming the file
 */
export async function readRecords(file: string): Promise<RecordFile> {
  const bytes = await readWhole(file);
  return { file, bytes, labels: checkRecords(bytes, file) };
}

async function readWhole(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return fail('DATA_MISSING', 'A CIFAR-10 file cannot be read.', { source: file, found: String(cause) }, cause);
  }
}

/** Puts chosen records of several files, numbered through in file order, into NHWC order. */
export function selectRecords(files: readonly RecordFile[], indices: ArrayLike<number>): ImageSet {
  const starts = [0];
  for (const { labels } of files) starts.push(starts.at(-1)! + labels.length);
  const pixels = new Uint8Array(indices.length * 3 * plane);
  const labels = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const at = starts.findLastIndex((start) => start <= indices[i]!);
    const record = (indices[i]! - starts[at]!) * recordBytes;
    const { bytes } = files[at]!;
    labels[i] = bytes[record]!;
    interleavePlanes(pixels, i * 3 * plane, bytes, record + 1);
  }
  return { count: indices.length, shape: cifarShape, pixels, labels };
}

/** Red, green and blue planes -> red, green, blue of each pixel side by side. */
function interleavePlanes(out: Uint8Array, to: number, bytes: Uint8Array, from: number): void {
  for (let pixel = 0; pixel < plane; pixel++) {
    out[to + 3 * pixel] = bytes[from + pixel]!;
    out[to + 3 * pixel + 1] = bytes[from + plane + pixel]!;
    out[to + 3 * pixel + 2] = bytes[from + 2 * plane + pixel]!;
  }
}
