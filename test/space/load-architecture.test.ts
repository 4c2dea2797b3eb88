import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { loadArchitecture, loadSpace, type SearchSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';
import { smallDefinition, spaceFile } from './support/spaces.js';

/** Writes an architecture beside other files. */
function written(folder: string, architecture: unknown): string {
  const file = join(folder, 'architecture.json');
  writeFileSync(file, JSON.stringify(architecture));
  return file;
}

function expectSame(file: string, space: SearchSpace, hash: string): void {
  const loaded = loadArchitecture(file);
  const own = loadSpace(loaded.space);
  expect(own.hash(loaded)).toBe(hash);
  expect(own.build(loaded)).toEqual(space.build(loaded));
  space.validate(loaded);
  expect(space.canonical(loaded).space).toBe(space.name);
}

it('finds the space that lies beside an architecture, or that it names by its file', () => {
  const file = spaceFile(smallDefinition);
  const space = loadSpace(file);
  const architecture = space.sample(createRng(1));
  const hash = space.hash(architecture);
  expectSame(written(dirname(file), architecture), space, hash);
  const elsewhere = dirname(spaceFile('', 'empty'));
  expectSame(written(elsewhere, { ...architecture, space: file }), space, hash);
  expect(() => loadArchitecture(written(elsewhere, architecture))).toThrow('There is no such search space');
});

it('takes the space beside an architecture before one of the package, and only under the same name', () => {
  const own = spaceFile({ ...smallDefinition, name: 'resnet-tiny' });
  const space = loadSpace(own);
  const architecture = space.sample(createRng(3));
  expectSame(written(dirname(own), architecture), space, space.hash(architecture));
  const other = dirname(spaceFile(smallDefinition));
  const tiny = loadSpace('resnet-tiny');
  expect(loadArchitecture(written(other, tiny.sample(createRng(1)))).space).toBe('resnet-tiny');
});
