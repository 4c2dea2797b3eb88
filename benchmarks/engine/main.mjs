// npm run bench -- engine [--json] [--threads n] [--only text]: times of the tensor engine's kernels and of whole networks.
import { parseArgs } from 'node:util';
import { fmaPeak, tf, useBackend } from '../../dist/tensor/index.js';
import { analogCases } from './cases/analog.mjs';
import { convolutionCases } from './cases/convolution.mjs';
import { matmulCases } from './cases/matmul.mjs';
import { networkCases } from './cases/networks.mjs';
import { vectorCases } from './cases/vectors.mjs';
import { medianMs } from './measure.mjs';
import { references } from './references.mjs';

/** Runs the suite; prints a table, or one JSON document on stdout. */
export async function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      threads: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
    },
  });
  const report = await useBackend({ threads: Number(values.threads) });
  console.error(report.line);
  fmaPeak(100); // until the clock has settled
  const measured = allCases()
    .filter(({ name }) => name.includes(values.only))
    .map(measure);
  const peaks = measured.map(({ peak }) => peak).filter((peak) => peak > 0);
  const cases = measured.map(({ peak, ...one }) => one);
  const result = { threads: report.threads, peakGflops: peaks.length > 0 ? Math.max(...peaks) : null, cases };
  console.log(values.json ? JSON.stringify(result, null, 2) : table(result, report));
}

function allCases() {
  return [...convolutionCases(), ...analogCases(), ...matmulCases(), ...vectorCases(), ...networkCases()];
}

/** A case's share refers to the best peak found among its own runs: clocks drift within the minutes that a bench takes. */
function measure({ name, flops, prepare }) {
  const { work, dispose } = prepare();
  let peak = 0;
  const between = () => {
    peak = Math.max(peak, fmaPeak(2) ?? 0);
  };
  const ms = medianMs(work, { between });
  dispose();
  // the next case has other shapes: let go of this one's buffers
  tf.backend().pool?.clear();
  const gflops = flops === null ? null : flops / ms / 1e6;
  const peakShare = gflops === null || peak === 0 ? null : gflops / peak;
  return { name, ms, gflops, peakShare, peak };
}

function table({ threads, peakGflops, cases }, report) {
  const header = ['case', 'ms', 'GFLOP/s', 'of peak', 'peer ms', 'times faster'];
  const rows = cases.map(({ name, ms, gflops, peakShare }) => {
    const peer = references[name];
    return [
      name,
      ms.toFixed(ms < 10 ? 3 : 1),
      gflops === null ? '' : gflops.toFixed(0),
      peakShare === null ? '' : `${(100 * peakShare).toFixed(0)} %`,
      peer === undefined ? '' : String(peer),
      peer === undefined ? '' : (peer / ms).toFixed(1),
    ];
  });
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  const peak = peakGflops === null ? 'unknown' : `${peakGflops.toFixed(0)} GFLOP/s`;
  return [
    `${report.line}; ${threads} thread(s), FMA peak ${peak}`,
    'peer: the best of PyTorch, AIHWKit and AIHWKit-Lightning on one core of a Zen 5 machine (not this one)',
    '',
    ...[header, ...rows].map(line),
  ].join('\n');
}
