import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSpace, type SearchSpace } from '../../../src/space/index.js';

/** A space definition that is valid and has few architectures. */
export const smallDefinition = {
  family: 'analognas-resnet',
  name: 'small',
  task: { inputShape: [8, 8, 2], classes: 3 },
  genes: {
    outChannel0: [2, 4],
    kernelSize0: [3],
    M: { from: 1, to: 2 },
    R: { from: 1, to: 2 },
    convBlock: ['A', 'C', 'D'],
    widenFact: [1, 2],
    B: [1, 2],
  },
};

/** Writes a file with that text (or that value as JSON) into a new folder and returns its path. */
export function spaceFile(content: unknown, name = 'space.json'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kirchhoff-space-')), name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** {@link smallDefinition} with some members replaced. */
export function smallSpace(changes: Record<string, unknown> = {}): SearchSpace {
  return loadSpace(spaceFile({ ...smallDefinition, ...changes }));
}
