import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loadChip, mapNetwork } from '../../src/chip/index.js';
import { readNetwork } from '../../src/cli/read-network.js';
import { baselineGraph, countNetwork } from '../../src/nn/index.js';
import { loadSpace } from '../../src/space/index.js';
import { createRng } from '../../src/tensor/index.js';
import { encodeOnnx } from '../interop/onnx/encode-onnx.js';
import { kirchhoff } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'kirchhoff-map-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** The JSON document of a mapping that must succeed. */
function map(...args: string[]) {
  const { status, stdout, stderr } = kirchhoff('map', ...args, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

it('gives cores, fit, utilisation, latency and energy, and writes pictures', () => {
  const pictures = join(folder, 'pictures');
  const answer = map('resnet8', '--chip', 'hermes-64', '--phases', '4', '--simulate', '8', '--svg', pictures);
  expect(answer).toMatchObject({ cores: 14, fits: true, phases: 4 });
  expect(answer.limits).toMatchObject({ ok: false, binding: { name: 'energyJoules', limit: 100e-6 } });
  expect(answer.utilisation).toBeCloseTo(0.084, 3);
  expect(answer.latencySeconds / (4_033 * 521.03e-9)).toBeCloseTo(1, 4);
  expect(answer.energyJoules / (4_481 * 52.852e-9)).toBeCloseTo(1, 4);
  expect(answer.blocks).toHaveLength(14);
  expect(Math.abs(answer.simulation.intervalSeconds / answer.intervalSeconds - 1)).toBeLessThan(0.02);
  expect(answer.files).toEqual(['floor-plan.svg', 'timeline.svg', 'cost.svg'].map((name) => join(pictures, name)));
  for (const picture of answer.files) expect(readFileSync(picture, 'utf8')).toMatch(/^<svg [^>]*xmlns=.*<\/svg>/s);
});

it('says of a network that does not fit by how much, which layers, and what helps, and ends with 0', () => {
  const answer = map('resnet56');
  expect(answer).toMatchObject({ fits: false, cores: 108, coresAvailable: 64, fit: { fits: false, missingCores: 44 } });
  const { status, stdout } = kirchhoff('map', 'resnet56');
  expect(status).toBe(0);
  expect(stdout).toContain('It misses the chip by 44 cores. Most are taken by ');
  expect(stdout).toContain('  - 2 chips of this kind');
});

it('marks figures that a chip publishes nothing for', () => {
  const figures = (chip: string) => kirchhoff('map', 'resnet8', '--chip', chip, '--phases', '4').stdout;
  expect(figures('generic-512')).toMatch(/latency +\S+ ms \(assumed\)/);
  expect(figures('hermes-64')).not.toMatch(/latency.*assumed/);
});

it('draws the cost of a batch that shares the writing of the chip', () => {
  const costOf = (batch: string) => {
    const pictures = join(folder, `batch-${batch}`);
    map('resnet56', '--reprogram', '--batch', batch, '--limits', 'none', '--svg', pictures);
    return readFileSync(join(pictures, 'cost.svg'), 'utf8');
  };
  expect(costOf('1')).toContain('rewriting');
  expect(costOf('1')).not.toBe(costOf('100'));
});

it('takes a chip of the user, several of them, and limits', () => {
  const chip = { ...loadChip('hermes-64'), name: 'mine', cores: { value: 7, source: 'estimate', assumed: true } };
  const chipFile = file('chip.json', JSON.stringify(chip));
  const answer = map('resnet8', '--chip', chipFile, '--chips', '2', '--limits', 'tinyml,energy=5e-5');
  expect(answer).toMatchObject({ chip: 'mine', fits: true, chips: 2, coresAvailable: 14 });
  expect(answer.limits).toMatchObject({ ok: false, binding: { name: 'energyJoules', limit: 5e-5 } });
});

it('names the limits, and says which would be broken with the assumed parts', () => {
  const { stdout } = kirchhoff('map', 'resnet8');
  expect(stdout).toMatch(/^limits +tinyml: kept; energy 60.2 µJ of 100 µJ \(60 %\) binds$/m);
  expect(stdout).toMatch(/^ +with assumed parts broken: latency 4.57 ms of 1 ms \(457 %\)$/m);
  expect(kirchhoff('map', 'resnet8', '--limits', 'tinyml,energy=5e-5').stdout).toMatch(
    /^limits +tinyml,energy=5e-5: broken: energy .*\n +with assumed parts broken, too: latency 4.57 ms of 1 ms \(457 %\)$/m,
  );
  const { limits, limitsWithAssumed } = map('resnet8', '--limits', 'latency=5e-3');
  expect(limits).toMatchObject({ ok: true, binding: { share: expect.closeTo(0.107, 3) } });
  expect(limitsWithAssumed).toMatchObject({ ok: true, binding: { share: expect.closeTo(0.914, 3) } });
});

it('says what only the assumed figures hold, and what the simulation pretends', () => {
  const text = (...args: string[]) => kirchhoff('map', ...args).stdout;
  expect(text('ds-cnn', '--depthwise', 'digital')).toMatch(/^ +only there: digital layers, 4.50 µs, 576 nJ$/m);
  expect(text('resnet56', '--reprogram')).toMatch(/^ +only there: rewriting, 2.95 s, 2.04 mJ$/m);
  expect(text('resnet56', '--simulate', '2')).toContain('; as if there were 108 cores');
  expect(text('resnet8', '--limits', 'none')).not.toContain('limits');
});

it('takes an architecture, an ONNX file, a graph and the folder of a model', async () => {
  const space = loadSpace('resnet-tiny');
  const architecture = space.sample(createRng(1));
  const found = await readNetwork(file('architecture.json', JSON.stringify(architecture)));
  expect(countNetwork(found).parameters).toBe(space.counts(architecture).parameters);

  const graph = baselineGraph('resnet8');
  expect(await readNetwork(file('resnet.json', JSON.stringify(graph)))).toEqual(graph);
  file('graph.json', JSON.stringify({ format: 'kirchhoff-model', graph }));
  expect(await readNetwork(folder)).toEqual(graph);

  const relu = await readNetwork(file('relu.onnx', encodeOnnx([{ opType: 'Relu', name: 'r' }], ['n', 3, 8, 8])));
  expect(mapNetwork(relu, loadChip('hermes-64'))).toMatchObject({ cores: 0, utilisation: 0, fits: true });
});

it('maps onto the crossbars that an architecture chose, and says so', () => {
  const space = loadSpace('resnet-tiny-joint');
  const architecture = space.sample(createRng(1, 'map'));
  const map = (tile: number, phases: number, ...flags: string[]) => {
    const params = { ...architecture.params, tile, phases, dacBits: 8, adcBits: 8 };
    const subject = file('joint.json', JSON.stringify({ ...architecture, params }));
    return kirchhoff('map', subject, '--limits', 'none', '--json', ...flags);
  };
  const [small, large] = [map(128, 4), map(256, 1)];
  expect(small.stderr).toContain('tiles of 128 x 128');
  expect(small.stderr).toContain('4-phase reads');
  const [first, second] = [small, large].map(({ stdout }) => JSON.parse(stdout));
  expect(first).toMatchObject({ chip: expect.stringContaining('128 x 128'), phases: 4 });
  expect(first.utilisation).toBeGreaterThan(second.utilisation);
  expect(first.latencySeconds).toBeGreaterThan(second.latencySeconds);
  expect(map(128, 4, '--phases', '1')).toMatchObject({ status: 2, stdout: '' });
});

it('refuses what it cannot map', async () => {
  const refused = (...args: string[]) => {
    const { status, stdout, stderr } = kirchhoff('map', ...args);
    expect({ status, stdout, stack: /\n\s+at /.test(stderr) }).toEqual({ status: 2, stdout: '', stack: false });
    return stderr;
  };
  expect(refused('resnet8', '--chip', 'hermes-65')).toContain('accepted: generic-512, hermes-64, isaac-like');
  expect(refused('resnet8', '--svg', file('blocked', ''))).toContain('--svg');
  expect(refused('resnet8', '--batch', '10')).toContain('10 without --reprogram');
  expect(refused('resnet8', '--chips', '1e9')).toContain('found "1e9", accepted is a whole number from 1 to 1000');
  expect(refused('resnet8', '--simulate', '1e9')).toContain('found "1e9", accepted is a whole number from 1 to 1000');
  const config = fileURLToPath(new URL('../../configs/quickstart.yaml', import.meta.url));
  expect(refused(config)).toContain('is the configuration of a search');
  await expect(readNetwork('resnet9')).rejects.toThrow('try:      resnet8');
  await expect(readNetwork(file('other.json', '{"name": "a package"}'))).rejects.toThrow('found:    the keys name');
  await expect(readNetwork(file('broken.onnx', new Uint8Array(40)))).rejects.toThrow('broken.onnx');
});
