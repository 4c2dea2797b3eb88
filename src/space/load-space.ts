import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, KirchhoffError, nearestWord, readDocument } from '../config/index.js';
import { type ReadOther, readSpace, type SpaceContent } from './families.js';
import { GeneSpace } from './gene-space.js';
import type { SearchSpace, TileSize } from './search-space.js';

const spaceFolder = fileURLToPath(new URL('../../search-spaces/', import.meta.url));

/** Crossbar size that `cores` is counted with unless another is named: a core of the 64-core PCM chip. */
const DEFAULT_TILE: TileSize = { rows: 256, cols: 256 };

/** Names of the search spaces that come with the package, sorted. */
export function spaceNames(): string[] {
  return readdirSync(spaceFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * Reads a search space.
 *
 * @param nameOrFile a name of {@link spaceNames} or the path of a JSON file
 * @param tile crossbar size that `cores` is counted with, 256 x 256 if absent
 * @param side height and width of the images that its networks are built for; those of the file if absent
 * @throws SPACE_INVALID when there is no such space, its file is not JSON, or it does not describe a space
 * @example loadSpace('resnet-tiny').sample(createRng(1))
 */
export function loadSpace(nameOrFile: string, tile: TileSize = DEFAULT_TILE, side?: number): SearchSpace {
  const { name, family, limits, definition } = readContent(nameOrFile, side);
  return new GeneSpace(name, family, limits, tile, spaceNames().includes(nameOrFile) ? undefined : definition);
}

function readContent(nameOrFile: string, side: number | undefined, within: readonly string[] = []): SpaceContent {
  const file = spaceFile(nameOrFile, within.at(-1));
  if (within.includes(file)) {
    fail('SPACE_INVALID', 'A joint space names itself as the space of its architectures.', {
      source: file,
      path: 'architectures',
      found: nameOrFile,
      accepted: 'a space of architectures',
    });
  }
  const readOther: ReadOther = (other) =>
    typeof other === 'string' ? readContent(other, side, [...within, file]) : readSpace(other, file, side, readOther);
  return readSpace(readJson(file), file, side, readOther);
}

function readJson(file: string): unknown {
  try {
    return readDocument(file);
  } catch (error) {
    if (!(error instanceof KirchhoffError)) throw error;
    return fail(
      'SPACE_INVALID',
      'The search space cannot be read.',
      { ...error.details, accepted: 'a JSON file' },
      error,
    );
  }
}

/** @param from the file that names this one, where one does: paths are relative to its folder */
function spaceFile(nameOrFile: string, from?: string): string {
  const names = spaceNames();
  if (names.includes(nameOrFile)) return `${spaceFolder}${nameOrFile}.json`;
  const file = from === undefined ? nameOrFile : resolve(dirname(from), nameOrFile);
  if (/[./\\]/.test(nameOrFile) && existsSync(file)) return file;
  const guess = nearestWord(nameOrFile, names);
  return fail('SPACE_INVALID', `There is no such search space.${guess ? ` Did you mean "${guess}"?` : ''}`, {
    path: 'space',
    found: nameOrFile,
    accepted: `${names.join(', ')}, or the path of a JSON file`,
  });
}
