import { fail } from '../config/index.js';
import type { Architecture, SearchSpace } from './search-space.js';

/**
 * Reads an architecture from text: JSON (a whole architecture, or its `params` alone), or the values of all genes in
 * the space's order, `(0, 3, 4, 1, 4, 1)`.
 *
 * @param source names the text in errors
 * @throws ARCHITECTURE_INVALID when it is no architecture of the space
 */
export function parseArchitecture(text: string, space: SearchSpace, source?: string): Architecture {
  const values = /^\s*[([]([^()[\]]*)[)\]]\s*$/.exec(text);
  const architecture = values === null ? fromJson(text, space, source) : fromValues(values[1]!, space, source);
  space.validate(architecture);
  return space.canonical(architecture);
}

function fromValues(list: string, space: SearchSpace, source?: string): Architecture {
  const values = list.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  if (values.length !== space.geneNames.length || values.some(Number.isNaN)) {
    return refuse(`(${list})`, `${space.geneNames.length} numbers: ${space.geneNames.join(', ')}`, source);
  }
  return { space: space.name, params: Object.fromEntries(space.geneNames.map((gene, i) => [gene, values[i]!])) };
}

function fromJson(text: string, space: SearchSpace, source?: string): Architecture {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(text, 'JSON, or the values of all genes in parentheses', source);
  }
  if (value === null || typeof value !== 'object') return refuse(text, 'a JSON mapping', source);
  const { space: name = space.name, params = value } = value as Partial<Architecture>;
  if (typeof name !== 'string' || params === null || typeof params !== 'object') {
    return refuse(text, 'a JSON mapping with "space" and "params"', source);
  }
  return { space: name, params: params as Architecture['params'] };
}

function refuse(found: string, accepted: string, source?: string): never {
  return fail('ARCHITECTURE_INVALID', 'This is not an architecture.', {
    ...(source !== undefined && { source }),
    found: found.slice(0, 120),
    accepted,
  });
}
