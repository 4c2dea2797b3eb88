import { baselineGraph, countNetwork } from '../../../src/nn/index.js';
import type { ReportData, ReportDriftPoint, ReportTrial } from '../../../src/report/index.js';

const times = [1, 3_600, 86_400, 2_592_000];

/** Accuracy that falls with the logarithm of time, as drift makes it. */
function drift(start: number, perDecade: number, std: number): ReportDriftPoint[] {
  return times.map((seconds, i) => ({
    seconds,
    mean: start - perDecade * Math.log10(seconds),
    std: std * (1 + i / 2),
    repeats: 5,
  }));
}

function measured(start: number, perDecade: number, parameters: number, cores: number) {
  const points = drift(start, perDecade, 0.006);
  return {
    digitalAccuracy: start + 0.01,
    drift: points,
    avm: points[0]!.mean - points.at(-1)!.mean,
    parameters,
    macs: parameters * 130,
    chip: { cores, utilisation: parameters / cores / 65_536, latencySeconds: 6e-4, energyJoules: 9e-5, fits: true },
  };
}

function trial(number: number): ReportTrial {
  const wobble = Math.sin(number * 12.9898) * 0.5 + 0.5;
  const name = `a${(number * 2_654_435_761).toString(16).slice(-7)}`;
  if (number === 7) return { number, round: 1, name, measured: null, reason: 'the worker ended with code 137, twice' };
  const size = Math.round(8_000 * 10 ** (1.6 * wobble));
  const accuracy = 0.58 + 0.2 * (1 - Math.exp(-number / 10)) + 0.04 * Math.cos(number * 78.233) + 0.04 * wobble;
  return {
    number,
    round: Math.floor(number / 6),
    name,
    measured: measured(accuracy, 0.008, size, Math.ceil(size / 9_000)),
    reason: null,
  };
}

/** A finished run of 24 trials, one of which failed. */
export function sampleReport(graphName = 'resnet8'): ReportData {
  const graph = baselineGraph(graphName);
  const { parameters } = countNetwork(graph);
  return {
    id: 'V1StGXR8_Z5jdHi6B-myT',
    state: 'finished',
    task: 'cifar10',
    space: 'analognas-cifar10',
    chip: 'hermes-64',
    crossbar: 'pcm-8bit-256',
    seed: 42,
    createdAt: '2026-01-02T03:04:05.678Z',
    elapsedSeconds: 754,
    notes: [
      'The training and test images are JPEG re-encodes of CIFAR-10: accuracies are not those of the original images.',
    ],
    networks: [
      { role: 'found', rank: 1, name: 'a2f41c', ...measured(0.842, 0.006, 61_234, 11) },
      { role: 'found', rank: 2, name: 'a8e7d0', ...measured(0.829, 0.007, 48_120, 9) },
      { role: 'baseline', rank: 0, name: graphName, ...measured(0.805, 0.016, parameters, 14) },
    ],
    trials: Array.from({ length: 24 }, (_, number) => trial(number)),
    front: null,
    bestGraph: graph,
    pictures: [],
    surrogate: { rows: 24, 'held-out Kendall tau': 0.61 },
    config: {
      task: { name: 'cifar10', validation: 2_000 },
      search: { strategy: 'evolution', population: 20 },
      seed: 42,
    },
    program: { name: 'kirchhoff', version: '0.1.0' },
    environment: { node: 'v20.0.0', platform: 'linux x64', backend: 'native', program: 'e910ba042683bf12' },
  };
}
