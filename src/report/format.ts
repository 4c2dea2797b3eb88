/** `0.8312` as `83.1 %`. */
export function percent(fraction: number, digits = 1): string {
  return `${(fraction * 100).toFixed(digits)} %`;
}

/** A mean with its spread; a single measurement has none. */
interface Spread {
  readonly mean: number;
  readonly std: number;
  /** Measurements; more than one if absent. */
  readonly repeats?: number;
}

/** Mean and spread in percent: `83.1 ± 0.4 %`; of a single measurement `83.1 %`. */
export function percentSpread({ mean, std, repeats }: Spread): string {
  return repeats === 1 ? percent(mean) : `${(mean * 100).toFixed(1)} ± ${(std * 100).toFixed(1)} %`;
}

/** Accuracy over programmings: `83.1 ± 0.4 % (10 programmings)`. */
export function accuracyOver(point: Spread & { readonly repeats: number }): string {
  return `${percentSpread(point)} (${point.repeats} ${point.repeats === 1 ? 'programming' : 'programmings'})`;
}

/** A fraction's difference in percentage points, with its sign: `+1.2 points`. */
export function points(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(1)} points`;
}

/** A count with a unit of thousands: `77.4 k`, `1.21 M`. */
export function count(value: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= size) return `${significant(value / size)} ${unit}`;
  }
  return String(value);
}

/** The value of a search's objective, by its name in configurations: a fraction in percent, all else in its unit. */
export function objectiveText(name: string, value: number): string {
  switch (name) {
    case 'oneDayAccuracy':
    case 'avm':
    case 'spread':
      return percent(value);
    case 'latency':
      return si(value, 's');
    case 'energy':
      return si(value, 'J');
    case 'accuracyOverSpread':
      return value.toFixed(1);
    default:
      return count(value);
  }
}

/** A physical quantity with an SI prefix: `536 µs`, `60.2 µJ`. */
export function si(value: number, unit: string): string {
  if (value === 0) return `0 ${unit}`;
  const [size, prefix] = siPrefix(value);
  return `${significant(value / size)} ${prefix}${unit}`;
}

/** The SI prefix in which a quantity of its base unit is written, with its size: `[1e-6, 'µ']` for 60.2e-6. */
export function siPrefix(value: number): readonly [size: number, prefix: string] {
  const prefixes = [
    [1, ''],
    [1e-3, 'm'],
    [1e-6, 'µ'],
    [1e-9, 'n'],
  ] as const;
  return prefixes.find(([size]) => value >= size * 0.9995) ?? [1e-12, 'p'];
}

/** A time after programming as people say it: `1 s`, `1 h`, `1 day`, `30 days`. */
export function driftTime(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3_600, 'h'],
    [60, 'min'],
  ] as const;
  for (const [size, unit] of units) {
    if (seconds < size) continue;
    const amount = Number((seconds / size).toFixed(1));
    return `${amount} ${unit === 'day' && amount !== 1 ? 'days' : unit}`;
  }
  return `${Number(seconds.toPrecision(3))} s`;
}

/** How long the drift was watched, as a span: `a month` for 30 days, else as {@link driftTime} says it. */
export function driftSpan(seconds: number): string {
  return seconds === 30 * 86_400 ? 'a month' : driftTime(seconds);
}

/** A working time: `4 min 12 s`. */
export function workingTime(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

function significant(value: number): string {
  const text = value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return Number.isInteger(value) ? String(value) : text;
}
