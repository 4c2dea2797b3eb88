import { createHash } from 'node:crypto';

/**
 * JSON with the keys of every mapping sorted and undefined members left out: equal values give equal text, whatever
 * order their keys were written in.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The first 16 hexadecimal digits of the SHA-256 of {@link canonicalJson}. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}
