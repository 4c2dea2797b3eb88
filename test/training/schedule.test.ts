import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRateAt, type Schedule, schedules } from '../../src/training/index.js';

const course = (schedule: Schedule, totalSteps: number, warmupSteps = 0) =>
  Array.from({ length: totalSteps }, (_, step) =>
    learningRateAt(step, { schedule, learningRate: 0.4, totalSteps, warmupSteps }),
  );

describe('learningRateAt', () => {
  it('cosine falls along half a cosine', () => {
    const rates = course('cosine', 100);
    expect(rates[0]).toBe(0.4);
    expect(rates[50]).toBeCloseTo(0.2, 12);
    expect(rates[25]).toBeCloseTo(0.2 * (1 + Math.SQRT1_2), 12);
    expect(rates[99]).toBeCloseTo(0.2 * (1 - Math.cos(Math.PI / 100)), 12);
  });

  it('warms up in equal steps, then starts at the highest rate', () => {
    for (const schedule of ['cosine', 'constant'] as const) {
      const rates = course(schedule, 50, 3);
      for (const [step, expected] of [0.1, 0.2, 0.3, 0.4].entries()) expect(rates[step]).toBeCloseTo(expected, 12);
    }
    expect(course('constant', 50, 3).slice(3)).toEqual(new Array(47).fill(0.4));
  });

  it('oneCycle has the values of PyTorch OneCycleLR(max_lr=0.4, total_steps=10)', () => {
    // initial 0.4/25 = 0.016, top at step 0.3 * 10 - 1 = 2, last 0.016/1e4 at step 9; cosines between.
    const rates = course('oneCycle', 10);
    expect(rates[0]).toBeCloseTo(0.016, 12);
    expect(rates[1]).toBeCloseTo(0.208, 12);
    expect(rates[2]).toBeCloseTo(0.4, 12);
    expect(rates[5]).toBeCloseTo(1.6e-6 + (0.4 - 1.6e-6) * 0.5 * (1 + Math.cos((Math.PI * 3) / 7)), 12);
    expect(rates[9]).toBeCloseTo(1.6e-6, 12);
  });

  it('stays a positive number not above the highest rate, however short the training', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        fc.integer({ min: 1, max: 60 }),
        fc.nat({ max: 20 }),
        (schedule, totalSteps, warmup) => {
          for (const rate of course(schedule, totalSteps, Math.min(warmup, totalSteps - 1))) {
            expect(rate).toBeGreaterThan(0);
            expect(rate).toBeLessThanOrEqual(0.4);
          }
        },
      ),
    );
  });
});
