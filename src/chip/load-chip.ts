import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fail, nearestWord, parseWith, readDocument } from '../config/index.js';
import { type Chip, chipSchema } from './description.js';

const chipFolder = fileURLToPath(new URL('../../chips/', import.meta.url));

/** Names of the chips that come with the package, sorted. */
export function chipNames(): string[] {
  return readdirSync(chipFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * Reads a chip description.
 *
 * @param nameOrFile a name of {@link chipNames} or the path of a YAML or JSON file
 * @throws CHIP_INVALID when there is no such chip or its description is wrong; CONFIG_SYNTAX when the file is not JSON
 */
export function loadChip(nameOrFile: string): Chip {
  const file = chipFile(nameOrFile);
  return parseWith(chipSchema, readDocument(file), file, 'CHIP_INVALID');
}

function chipFile(nameOrFile: string): string {
  const names = chipNames();
  if (names.includes(nameOrFile)) return `${chipFolder}${nameOrFile}.json`;
  if (/[./\\]/.test(nameOrFile) && existsSync(nameOrFile)) return nameOrFile;
  const guess = nearestWord(nameOrFile, names);
  return fail('CHIP_INVALID', 'There is no such chip.', {
    path: 'chip',
    found: nameOrFile,
    accepted: `${names.join(', ')}, or the path of a chip description`,
    ...(guess !== undefined && { hint: guess }),
  });
}
