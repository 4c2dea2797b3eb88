import { z } from 'zod';
import { parseWith, readDocument } from '../config/index.js';
import { loadSpace } from './load-space.js';
import { spaceBeside } from './own-space.js';
import type { Architecture } from './search-space.js';

const architectureSchema = z.strictObject({
  space: z.string().min(1).describe('a search space by name, or the path of its file'),
  params: z.record(z.string(), z.number()).describe('value of each gene'),
});

/**
 * Reads an architecture from a JSON file, as a run writes it to `best/architecture.json`. Its space is one of the
 * package's, the file that it names, or described by `space.json` beside it.
 *
 * @returns the architecture; `space` is what {@link loadSpace} takes
 * @throws CONFIG_UNREADABLE, CONFIG_SYNTAX, SPACE_INVALID; ARCHITECTURE_INVALID when it is no point of its space
 * @example
 * const architecture = loadArchitecture('results/0f3k9x2m1a7b/best/architecture.json');
 * const graph = loadSpace(architecture.space).build(architecture);
 */
export function loadArchitecture(file: string): Architecture {
  const architecture = parseWith(architectureSchema, readDocument(file), file, 'ARCHITECTURE_INVALID');
  const reference = spaceBeside(file, architecture.space);
  const space = loadSpace(reference);
  space.validate({ ...architecture, space: reference });
  return { ...space.canonical(architecture), space: reference };
}
