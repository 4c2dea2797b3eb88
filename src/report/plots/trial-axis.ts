import type { ScaleOptions } from '@observablehq/plot';

/** The x axis of a plot over the trials 0 to `last`. */
export function trialAxis(last: number): ScaleOptions {
  return {
    label: 'trial',
    labelAnchor: 'center',
    labelArrow: 'none',
    tickFormat: 'd',
    ticks: wholeTicks(last),
    domain: [-0.5, last + 0.5],
  };
}

/** Whole numbers from 0 to `last`, 1, 2 or 5 times a power of ten apart, at most 13 of them. */
export function wholeTicks(last: number): number[] {
  const steps = Array.from({ length: 9 }, (_, exponent) => 10 ** exponent).flatMap((n) => [n, 2 * n, 5 * n]);
  const step = steps.find((candidate) => last / candidate <= 12)!;
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
}
