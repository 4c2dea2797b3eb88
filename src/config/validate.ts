import { z } from 'zod';
import { type ErrorCode, fail } from './errors.js';
import { nearestWord } from './nearest-word.js';

type Issue = z.core.$ZodIssue;

/**
 * Validates a value against a schema.
 *
 * @param source the file or flag the value came from; named in errors
 * @throws `code` (CONFIG_INVALID by default) with the dotted path of the first wrong value, what was found there and
 *   what is accepted; further wrong values are listed as a hint.
 */
export function parseWith<S extends z.ZodType>(
  schema: S,
  value: unknown,
  source: string,
  code: ErrorCode = 'CONFIG_INVALID',
): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describeIssue(mostSpecific(issue), value, schema));
  const [first, ...others] = problems;
  return fail(code, first!.summary, {
    source,
    path: first!.path,
    found: first!.found,
    accepted: first!.accepted,
    ...alsoFix(first!, others),
  });
}

function alsoFix(first: Problem, others: readonly Problem[]): { hint?: string } {
  const paths = new Set(others.map(({ path }) => path || 'the top level'));
  paths.delete(first.path);
  return paths.size === 0 ? {} : { hint: `also fix ${[...paths].join(', ')}` };
}

interface Problem {
  summary: string;
  path: string;
  found: string;
  accepted: string;
}

/** Of a union, the branch that came furthest, so that the error speaks of the value the user meant. */
function mostSpecific(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const deepest = issue.errors
    .filter((branch) => branch.length > 0)
    .map((branch) => branch[0]!)
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (deepest === undefined || deepest.path.length === 0) return issue;
  return mostSpecific({ ...deepest, path: [...issue.path, ...deepest.path] } as Issue);
}

function describeIssue(issue: Issue, root: unknown, schema: z.ZodType): Problem {
  const path = dotted(issue.path);
  const found = show(valueAt(root, issue.path));
  switch (issue.code) {
    case 'unrecognized_keys':
      return describeUnknownKey(issue, schema, root);
    case 'invalid_type':
      return { summary: typeSummary(issue, root), path, found, accepted: withArticle(issue.expected) };
    case 'invalid_value':
      return {
        summary: found === 'nothing' ? 'A required value is missing.' : 'A value is not one of the accepted ones.',
        path,
        found,
        accepted: oneOf(issue.values, valueAt(root, issue.path)),
      };
    case 'too_small':
      return {
        summary: 'A value is too small.',
        path,
        found,
        accepted: bound(issue.inclusive ? '>=' : '>', issue.minimum, issue.origin),
      };
    case 'too_big':
      return {
        summary: 'A value is too large.',
        path,
        found,
        accepted: bound(issue.inclusive ? '<=' : '<', issue.maximum, issue.origin),
      };
    case 'invalid_union':
      return { summary: 'A value is not accepted.', path, found, accepted: anyOf(issue, root, schema) };
    default:
      return { summary: 'A value is not accepted.', path, found, accepted: issue.message };
  }
}

/** What each branch of a union would accept in place of what was found. */
function anyOf(issue: z.core.$ZodIssueInvalidUnion, root: unknown, schema: z.ZodType): string {
  const branches = issue.errors.flatMap(([first]) => {
    if (first === undefined) return [];
    return describeIssue({ ...first, path: [...issue.path, ...first.path] } as Issue, root, schema).accepted;
  });
  return branches.length === 0 ? issue.message : [...new Set(branches)].join(', or ');
}

function typeSummary(issue: Issue, root: unknown): string {
  return valueAt(root, issue.path) === undefined ? 'A required value is missing.' : 'A value has the wrong type.';
}

function describeUnknownKey(issue: z.core.$ZodIssueUnrecognizedKeys, schema: z.ZodType, root: unknown): Problem {
  const key = issue.keys[0]!;
  const known = keysAt(schema, issue.path);
  const guess = nearestWord(key, known);
  return {
    summary: `Unknown key "${key}".${guess === undefined ? '' : ` Did you mean "${guess}"?`}`,
    path: dotted([...issue.path, key]),
    found: show(valueAt(root, [...issue.path, key])),
    accepted: known.length > 0 ? known.join(', ') : 'no such key',
  };
}

/** Names of the keys that an object schema knows at a path; empty where the schema there is not an object. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let candidates = [unwrap(schema)];
  for (const step of path) {
    candidates = candidates.flatMap((node) => children(node, step)).map(unwrap);
  }
  return [
    ...new Set(
      candidates.flatMap(expandUnion).flatMap((node) => (node instanceof z.ZodObject ? Object.keys(node.shape) : [])),
    ),
  ];
}

function children(node: z.ZodType, step: PropertyKey): z.ZodType[] {
  return expandUnion(node).flatMap((option) => {
    if (option instanceof z.ZodObject)
      return option.shape[String(step)] === undefined ? [] : [option.shape[String(step)] as z.ZodType];
    if (option instanceof z.ZodArray) return [option.element as z.ZodType];
    if (option instanceof z.ZodRecord) return [option.valueType as z.ZodType];
    return [];
  });
}

function expandUnion(node: z.ZodType): z.ZodType[] {
  return node instanceof z.ZodUnion ? (node.options as z.ZodType[]).map(unwrap).flatMap(expandUnion) : [node];
}

/** Looks through optional, default, prefault, nullable, readonly, lazy and pipes to the schema that names the keys. */
function unwrap(node: z.ZodType): z.ZodType {
  const inner = node as unknown as { def: { innerType?: z.ZodType; in?: z.ZodType; getter?: () => z.ZodType } };
  const next = inner.def.innerType ?? inner.def.in ?? inner.def.getter?.();
  return next === undefined ? node : unwrap(next);
}

/** What a document has at a path, or undefined. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown> | null | undefined)?.[key], root);
}

function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value); // JSON has no word for what is no number
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function oneOf(values: readonly unknown[], found: unknown): string {
  const words = values.map(String);
  const guess = typeof found === 'string' ? nearestWord(found, words) : undefined;
  return `${words.join(', ')}${guess === undefined ? '' : ` (did you mean "${guess}"?)`}`;
}

function bound(relation: string, limit: number | bigint, origin: string): string {
  const subject: Record<string, string> = { array: 'a list with a length', string: 'a text with a length' };
  return `${subject[origin] ?? 'a value'} ${relation} ${limit}`;
}

function withArticle(noun: string): string {
  const names: Record<string, string> = {
    int: 'whole number',
    record: 'mapping',
    object: 'mapping',
    array: 'list',
    string: 'text',
    nan: 'number',
  };
  const name = names[noun] ?? noun;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}
