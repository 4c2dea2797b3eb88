import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeGraph } from '../../interop/onnx/encode-graph.js';

/** Grey level between the dark images (class 0) and the bright ones (class 1). */
export const middle = 150 / 255;

/** A folder in CIFAR-10's layout whose test images are plain dark and bright squares in turn. */
export function greyFolder(dir: string, count = 40): string {
  const folder = join(dir, 'grey');
  mkdirSync(folder, { recursive: true });
  const bytes = new Uint8Array(count * 3073);
  for (let image = 0; image < count; image++) {
    bytes[image * 3073] = image % 2;
    bytes.fill(image % 2 === 0 ? 100 : 200, image * 3073 + 1, (image + 1) * 3073);
  }
  for (const name of ['test_batch.bin', 'data_batch_1.bin', 'other.bin']) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** A network that tells values below zero (class 0) from values above (class 1), given images normalised about the middle. */
export function signNetwork(dir: string, name = 'sign.onnx'): string {
  const classes = 10;
  const sum = [-1, -1, -1, 1, 1, 1, ...Array<number>(3 * (classes - 2)).fill(0)];
  const file = join(dir, name);
  const bytes = encodeGraph({
    input: { name: 'image', shape: ['batch', 3, 32, 32] },
    output: 'logits',
    nodes: [
      { opType: 'GlobalAveragePool', name: 'pool', input: ['image'], output: ['mean'] },
      { opType: 'Flatten', name: 'flat', input: ['mean'], output: ['vector'] },
      {
        opType: 'Gemm',
        name: 'classify',
        input: ['vector', 'kernel', 'bias'],
        output: ['logits'],
        attribute: [{ name: 'transB', type: 2, i: 1 }],
      },
    ],
    weights: {
      kernel: { shape: [classes, 3], values: sum },
      bias: { shape: [classes], values: [0, 0, ...Array<number>(classes - 2).fill(-100)] },
    },
  });
  writeFileSync(file, bytes);
  return file;
}
