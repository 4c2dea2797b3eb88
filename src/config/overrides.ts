import { parse } from 'yaml';
import { fail } from './errors.js';

/**
 * Applies `--set` overrides of the form `a.b=c` to a document and returns a new one. The value is read as YAML, so
 * numbers, booleans, lists and quoted strings mean what they mean in a config file.
 *
 * @throws OVERRIDE_INVALID when an override has no `=` or walks through a value that is not a mapping.
 */
export function applyOverrides(document: unknown, overrides: readonly string[]): unknown {
  return overrides.reduce<unknown>((current, override) => {
    const { path, value } = parseOverride(override);
    return assign(current, path, value, override);
  }, document);
}

function parseOverride(override: string): { path: string[]; value: unknown } {
  const equals = override.indexOf('=');
  const path = override.slice(0, Math.max(equals, 0)).split('.');
  if (equals < 1 || path.some((key) => key === '')) {
    fail('OVERRIDE_INVALID', 'An override must name a key and a value.', {
      source: '--set',
      found: override,
      accepted: 'a.b=c, for example search.trials=20',
    });
  }
  return { path, value: parseValue(override.slice(equals + 1), override) };
}

function parseValue(text: string, override: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return fail('OVERRIDE_INVALID', 'The value of an override is not valid YAML.', {
      source: `--set ${override}`,
      found: (error as Error).message,
      accepted: 'a YAML value',
    });
  }
}

function assign(node: unknown, path: readonly string[], value: unknown, override: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (key === '__proto__') fail('OVERRIDE_INVALID', 'This key cannot be set.', { source: '--set', found: override });
  if (node !== undefined && node !== null && (typeof node !== 'object' || Array.isArray(node))) {
    fail('OVERRIDE_INVALID', `"${key}" cannot be set inside a value that is not a mapping.`, {
      source: `--set ${override}`,
      found: JSON.stringify(node),
      accepted: 'a path whose inner keys are mappings',
    });
  }
  const mapping = (node ?? {}) as Record<string, unknown>;
  return { ...mapping, [key]: assign(mapping[key], rest, value, override) };
}
