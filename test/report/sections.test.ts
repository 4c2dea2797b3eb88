import { describe, expect, test } from 'vitest';
import { type ReportData, renderReport, renderSweep, type SweepData } from '../../src/report/index.js';
import { sampleReport } from './support/sample-report.js';

const single = (data: ReportData): ReportData => {
  const once = <T extends { drift: ReportData['networks'][number]['drift'] }>(measured: T): T => {
    return { ...measured, drift: measured.drift.map((point) => ({ ...point, std: 0, repeats: 1 })) };
  };
  return {
    ...data,
    networks: data.networks.map(once),
    trials: data.trials.map((trial) => ({
      ...trial,
      measured: trial.measured === null ? null : once(trial.measured),
    })),
  };
};

function section(data: ReportData, id: string): string {
  return renderReport(data).split(`<section id="${id}">`)[1]!.split('</section>')[0]!;
}

describe('a spread', () => {
  const axis = { path: 'forward.outNoise', values: [0, 0.1], logarithmic: false };
  const sweep = (repeats: number, more: SweepData['axes'] = []): SweepData => ({
    name: 'resnet8',
    crossbar: 'ideal',
    digitalAccuracy: 0.9,
    images: 100,
    notes: [],
    axes: [axis, ...more],
    points: axis.values.map((value) => ({
      values: { 'forward.outNoise': value, 'forward.inpRes': 6 },
      analog: [3_600, 86_400].map((seconds) => ({ seconds, mean: 0.8, std: 0, repeats })),
    })),
  });

  test('is claimed of several programmings only', () => {
    expect(section(sampleReport(), 'drift')).toContain('one standard deviation of 5 independent programmings');
    expect(section(sampleReport(), 'progress')).toContain('with one standard deviation');
    expect(section(single(sampleReport()), 'drift')).toContain('A single programming, on the test images');
    for (const id of ['drift', 'progress']) {
      expect(section(single(sampleReport()), id), id).not.toMatch(/standard deviation|1 independent programmings/);
    }
    expect(renderSweep(sweep(3))).toContain('with one standard deviation over 3 programmings');
    expect(renderSweep(sweep(1))).toContain('Accuracy of a single programming. Dotted');
    expect(renderSweep(sweep(1))).not.toContain('standard deviation');
  });

  test('stands beside the time that a sweep of several settings shows', () => {
    const second = { path: 'forward.inpRes', values: [6], logarithmic: false };
    expect(renderSweep(sweep(3, [second]))).toContain('<span>Accuracy after 1 day, with one standard deviation');
    expect(renderSweep(sweep(3))).toContain('<span>Accuracy, with one standard deviation');
  });
});

test('the reference point of a front has its units', () => {
  const objectives = [
    { name: 'oneDayAccuracy', title: '1-day accuracy', goal: 'max' },
    { name: 'energy', title: 'energy', goal: 'min' },
    { name: 'latency', title: 'latency', goal: 'min' },
    { name: 'accuracyOverSpread', title: '1-day accuracy / spread', goal: 'max' },
    { name: 'cores', title: 'cores', goal: 'min' },
  ] as const;
  const values = { oneDayAccuracy: 0.5, energy: 9.628e-5, latency: 6e-4, accuracyOverSpread: 12.34, cores: 64 };
  const front = {
    objectives,
    members: [{ number: 0, name: 'a', values }],
    hypervolume: { reference: values, history: [0.1] },
  };
  expect(section({ ...sampleReport(), front }, 'front')).toContain(
    '(1-day accuracy 50.0 %, energy 96.3 µJ, latency 600 µs, 1-day accuracy / spread 12.3, cores 64)',
  );
});

describe('the figures of the chip', () => {
  const note = 'Time and energy of other tiles are scaled, which is an assumption.';

  test('are called published where they are', () => {
    const text = section({ ...sampleReport(), notes: [note] }, 'chip');
    expect(text).toContain('the published figures');
    expect(text).not.toContain(note);
  });

  test('are called assumed in part where those of the arrays are, beside the notes of the run', () => {
    const text = section({ ...sampleReport(), notes: [note], arraysAssumed: true }, 'chip');
    expect(text).toContain('with figures that rest in part on assumptions');
    expect(text).not.toContain('published');
    expect(text).toContain(note);
  });
});
