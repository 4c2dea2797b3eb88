import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReportTrial } from '../../src/report/index.js';
import { paretoPoints } from '../../src/report/plots/pareto-plot.js';

function trial([parameters, percent]: [number, number], number: number): ReportTrial {
  const chip = { cores: 1, utilisation: 1, latencySeconds: null, energyJoules: null, fits: true };
  const drift = [{ seconds: 86_400, mean: percent / 100, std: 0, repeats: 1 }];
  const measured = { digitalAccuracy: 1, drift, avm: 0, parameters, macs: 1, chip };
  return { number, round: 0, name: String(number), measured, reason: null };
}

test('the front is what no trial beats, and every other trial is beaten by one of the front', () => {
  const networks = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(networks, (pairs) => {
      const points = paretoPoints(pairs.map(trial), []);
      const front = points.filter(({ onFront }) => onFront);
      expect(front.length).toBeGreaterThan(0);
      for (const point of points) {
        const beaten = front.some(
          (other) =>
            other.parameters <= point.parameters &&
            other.accuracy >= point.accuracy &&
            (other.parameters < point.parameters || other.accuracy > point.accuracy),
        );
        expect(beaten).toBe(!point.onFront);
      }
    }),
  );
});
