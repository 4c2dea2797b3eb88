import type { Chip } from '../../chip/index.js';
import { fail, nearestWord, readDocument } from '../../config/index.js';
import { baselineNames } from '../../nn/index.js';
import { type Architecture, parseArchitecture, type SearchSpace } from '../../space/index.js';
import { admitsOnChip } from '../chip-limits.js';
import type { SearchConfig } from '../config.js';

/**
 * The architectures that `search.enqueue` asks for, in its order, each once: baselines as the space expresses them,
 * files, or architectures written out.
 *
 * @param space under the run's limits
 * @throws CONFIG_INVALID when a name means nothing in this space or an architecture breaks a limit;
 *   CONFIG_UNREADABLE, CONFIG_SYNTAX, ARCHITECTURE_INVALID
 */
export function enqueuedArchitectures(
  { search, limits }: Pick<SearchConfig, 'search' | 'limits'>,
  space: SearchSpace,
  chip: Chip,
): Architecture[] {
  const admits = admitsOnChip(space, chip, limits);
  const byHash = new Map<string, Architecture>();
  for (const [i, entry] of search.enqueue.entries()) {
    const path = `search.enqueue.${i}`;
    const architecture = readEntry(entry, space, path);
    if (!space.withinLimits(architecture) || !admits(architecture)) refuse(entry, architecture, space, path);
    byHash.set(space.hash(architecture), architecture);
  }
  return [...byHash.values()];
}

/**
 * The entries of `search.enqueue` with what files hold written out, so that a run can be resumed when they have changed or
 * are gone.
 *
 * @throws CONFIG_UNREADABLE, CONFIG_SYNTAX, ARCHITECTURE_INVALID
 */
export function withoutFiles(enqueue: readonly string[], space: SearchSpace): string[] {
  return enqueue.map((entry) => (isFile(entry) ? JSON.stringify(readEntry(entry, space, entry)) : entry));
}

function isFile(entry: string): boolean {
  return !isWrittenOut(entry) && /[/\\]|\.(json|ya?ml)$/.test(entry);
}

function isWrittenOut(entry: string): boolean {
  return /^\s*[([{]/.test(entry);
}

function readEntry(entry: string, space: SearchSpace, path: string): Architecture {
  if (isWrittenOut(entry)) return parseArchitecture(entry, space, path);
  if (isFile(entry)) return parseArchitecture(JSON.stringify(readDocument(entry)), space, entry);
  const architecture = space.expressBaseline(entry);
  if (architecture !== undefined) return architecture;
  const expressible = baselineNames.filter((name) => space.expressBaseline(name) !== undefined);
  const guess = nearestWord(entry, expressible);
  return fail('CONFIG_INVALID', `The space "${space.name}" has nothing like a "${entry}".`, {
    path,
    found: entry,
    accepted: `${expressible.join(', ')}, or the file of an architecture`,
    ...(guess !== undefined && { hint: `did you mean "${guess}"?` }),
  });
}

function refuse(entry: string, architecture: Architecture, space: SearchSpace, path: string): never {
  const { parameters, macs, cores } = space.counts(architecture);
  const amount = (value: number) => value.toLocaleString('en-US');
  return fail('CONFIG_INVALID', `"${entry}" does not meet the limits in the space "${space.name}".`, {
    path,
    found: `${amount(parameters)} parameters, ${amount(macs)} MACs, ${amount(cores)} cores`,
    accepted: `what limits allows: ${JSON.stringify(space.limits)}`,
    hint: 'raise the limit, or leave it out',
  });
}
