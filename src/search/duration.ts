import { z } from 'zod';

const secondsPerUnit = { s: 1, min: 60, h: 3600, d: 86_400 } as const;

const written = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)$/;

/** A time in seconds: a number, or a number with its unit, for example `90`, `1h`, `30d`. Reads to seconds. */
export const durationSchema = z
  .union([
    z.number(),
    z
      .string()
      .regex(written, 'seconds, or a number with s, min, h or d, for example 1h')
      .transform((text) => {
        const [, amount, unit] = written.exec(text)!;
        return Number(amount) * secondsPerUnit[unit as keyof typeof secondsPerUnit];
      }),
  ])
  .pipe(z.number().min(0).max(1e12));

/** A time after programming in the largest unit that divides it: `1 s`, `1 h`, `30 days`. */
export function showDuration(seconds: number): string {
  const [size, name] = (
    [
      [86_400, 'day'],
      [3600, 'h'],
      [60, 'min'],
    ] as const
  ).find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 's'];
  const amount = seconds / size;
  return `${amount} ${name}${name === 'day' && amount !== 1 ? 's' : ''}`;
}
