/** `t_0`, the one AIHWKit name whose underscore camelCase cannot tell from `t0` in the middle of a word. */
const exceptions: Readonly<Record<string, string>> = { t0: 't_0' };

/** Keys of nested objects from snake_case to camelCase; values stay. */
export function camelKeys(value: unknown): unknown {
  return mapKeys(value, (key) => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
}

/** Keys of nested objects from camelCase to snake_case; the inverse of {@link camelKeys} for AIHWKit's names. */
export function snakeKeys(value: unknown): unknown {
  return mapKeys(
    value,
    (key) => exceptions[key] ?? key.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}

function mapKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((inner) => mapKeys(inner, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [rename(key), mapKeys(inner, rename)]));
}
