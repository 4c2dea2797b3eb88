import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeOnnx } from '../interop/onnx/encode-onnx.js';
import { sharedDir } from '../support/shared.js';
import { kirchhoff } from './run-cli.js';
import { greyFolder, middle, signNetwork } from './support/grey-images.js';

const dir = mkdtempSync(join(tmpdir(), 'kirchhoff-evaluate-'));
const data = `cifar10:${greyFolder(dir)}`;
const model = signNetwork(dir);
const centred = ['--mean', `${middle},${middle},${middle}`, '--std', '0.25,0.25,0.25'];

function evaluate(...args: string[]) {
  const { status, stdout, stderr } = kirchhoff('evaluate', '--model', model, '--data', data, '--json', ...args);
  expect(stderr).not.toMatch(/error/);
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

describe('kirchhoff evaluate --model', () => {
  it('gives accuracy before and at each time after programming, with its spread', () => {
    const result = evaluate(...centred, '--images', '30', '--times', '1s,1d', '--repeats', '3', '--seed', '5');
    expect(result).toMatchObject({
      digitalAccuracy: 1,
      images: 30,
      crossbar: 'pcm-8bit-256',
      calibrate: null,
      repeats: 3,
      seed: 5,
      backend: expect.stringMatching(/^backend /),
    });
    expect(
      result.analog.map(({ seconds, repeats }: { seconds: number; repeats: number }) => [seconds, repeats]),
    ).toEqual([
      [1, 3],
      [86_400, 3],
    ]);
    for (const { mean, std, values } of result.analog) {
      const average = values.reduce((a: number, b: number) => a + b, 0) / 3;
      expect(mean).toBeCloseTo(average, 12);
      expect(std).toBeCloseTo(Math.sqrt(values.reduce((a: number, b: number) => a + (b - average) ** 2, 0) / 2), 12);
      expect(mean).toBeGreaterThan(0.9);
    }
    expect(result.seconds).toBeGreaterThan(0);
  });

  it('repeats itself under a seed, and follows the seed', () => {
    const noisy = join(dir, 'noisy.yaml');
    writeFileSync(noisy, 'forward: { outNoise: 3, boundManagement: None }\n');
    const run = (seed: string) =>
      evaluate(...centred, '--times', '1s', '--repeats', '2', '--crossbar', noisy, '--seed', seed).analog[0].values;
    expect(run('1')).toEqual(run('1'));
    expect(run('1')).not.toEqual(run('2'));
  });

  it('normalises by flags, by the file beside the network, or not at all, and says so', () => {
    const quick = ['--times', '1s', '--repeats', '1', '--crossbar', 'ideal'];
    // Without normalisation every pixel is above zero: all images count as bright.
    const plain = kirchhoff('evaluate', '--model', model, '--data', data, '--json', ...quick);
    expect(JSON.parse(plain.stdout).digitalAccuracy).toBe(0.5);
    expect(plain.stderr).toContain('pixels / 255 without further normalisation');
    const named = signNetwork(dir, 'named.onnx');
    writeFileSync(join(dir, 'named.json'), JSON.stringify({ mean: [middle, middle, middle], std: [1, 1, 1] }));
    const sidecar = kirchhoff('evaluate', '--model', named, '--data', data, '--json', ...quick);
    expect(JSON.parse(sidecar.stdout).digitalAccuracy).toBe(1);
    const file = ['--normalise', join(dir, 'named.json')];
    expect(evaluate(...quick, ...file)).toMatchObject({ digitalAccuracy: 1, analog: [{ mean: 1, std: 0 }] });
    // A file about something else says nothing.
    writeFileSync(join(dir, 'named.json'), '{"author": "someone"}');
    const flags = ['evaluate', '--model', named, '--data', data, '--json', ...quick];
    expect(kirchhoff(...flags).stderr).toContain('pixels / 255 without further normalisation');
    // What flags say is not looked up; what is half said is refused.
    writeFileSync(join(dir, 'named.json'), '{"mean": [0.5]}');
    expect(kirchhoff(...flags)).toMatchObject({ status: 2, stderr: expect.stringContaining('named.json') });
    expect(JSON.parse(kirchhoff(...flags, ...centred).stdout).digitalAccuracy).toBe(1);
  });

  it('takes AIHWKit configurations, and a named file of the folder', () => {
    const crossbar = join(dir, 'aihwkit.json');
    writeFileSync(
      crossbar,
      JSON.stringify({ class: 'TorchInferenceRPUConfig', non_default: { forward: { out_noise: 0 } } }),
    );
    const result = evaluate(
      ...centred,
      '--split',
      'other.bin',
      '--crossbar',
      crossbar,
      '--times',
      '0s',
      '--repeats',
      '1',
    );
    expect(result.analog[0].mean).toBe(1);
  });

  it('calibrates the quantisers of a quantised periphery by itself', () => {
    const crossbar = join(dir, 'quantised.json');
    const config = {
      class: 'QuantizedTorchInferenceRPUConfig',
      non_default: { act_quant_config: { n_bits: 8 }, pre_post: { periph_quant: { n_bits: 8 } } },
    };
    writeFileSync(crossbar, JSON.stringify(config));
    const result = evaluate(...centred, '--crossbar', crossbar, '--times', '1s', '--repeats', '2');
    expect(result.analog[0].mean).toBeGreaterThan(0.9);
    // With two bits nothing but 0 and the largest of the logits (-100) is left: all classes look alike.
    config.non_default.act_quant_config.n_bits = 2;
    writeFileSync(crossbar, JSON.stringify(config));
    expect(evaluate(...centred, '--crossbar', crossbar, '--times', '1s', '--repeats', '2').analog[0].mean).toBe(0.5);
    config.non_default.act_quant_config.n_bits = 1;
    writeFileSync(crossbar, JSON.stringify(config));
    const flags = ['--model', model, '--data', data, ...centred, '--crossbar', crossbar];
    expect(kirchhoff('evaluate', ...flags)).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('kirchhoff evaluate --model refuses before it works', () => {
  const net = (chain: Parameters<typeof encodeOnnx>[0], shape: (number | string)[], name: string) => {
    writeFileSync(join(dir, name), encodeOnnx(chain, shape));
    return join(dir, name);
  };
  const refused = (network: string, ...args: string[]) => {
    const { status, stdout, stderr } = kirchhoff('evaluate', '--model', network, '--data', data, ...args);
    expect({ status, stdout, stack: /\n\s+at /.test(stderr) }, stderr).toEqual({ status: 2, stdout: '', stack: false });
    return stderr;
  };

  it('an ONNX file that is cut short, missing, or of an unknown operation, and shapes that are not fixed', () => {
    const cut = join(dir, 'cut.onnx');
    writeFileSync(cut, readFileSync(model).subarray(0, 200));
    expect(refused(cut)).toMatch(/cut short.*cut\.onnx/s);
    expect(refused(join(dir, 'none.onnx'))).toMatch(/There is no such network\..*none\.onnx/s);
    const warp = net([{ opType: 'GridSample', name: 'warp' }], ['batch', 3, 32, 32], 'warp.onnx');
    expect(refused(warp)).toMatch(/ONNX node "warp" has an operation that is not supported: GridSample\..*warp\.onnx/s);
    const free = net([{ opType: 'Relu', name: 'a' }], ['batch', 3, 'height', 'width'], 'free.onnx');
    expect(refused(free)).toMatch(/Axis 2 of ONNX input "image" has no fixed size \("height"\).*free\.onnx/s);
  });

  it('a preset that does not exist, a negative drift time, settings that a tile does not know', () => {
    expect(refused(model, '--crossbar', 'pcm-8bit-265')).toMatch(/no crossbar preset.*try: +pcm-8bit-256/s);
    expect(refused(model, '--times', '1h,-1s')).toContain('found "-1s", accepted are times since programming >= 0');
    const crossbar = join(dir, 'wrong.yaml');
    writeFileSync(crossbar, 'class: TorchInferenceRPUConfig\nforward: { irDrop: 1 }\n');
    expect(refused(model, '--crossbar', crossbar)).toMatch(/does not support.*wrong\.yaml at forward\.irDrop/s);
    writeFileSync(crossbar, 'forward: { outNoize: 1 }\n');
    expect(refused(model, '--crossbar', crossbar)).toContain('Did you mean "outNoise"?');
  });

  it('images that are not there, too many of them, or of another shape than the network takes', () => {
    expect(refused(model, '--split', 'missing.bin')).toMatch(/no such file of images.*other\.bin, test_batch\.bin/s);
    expect(refused(model, '--images', '41')).toMatch(/41 asked for.*1 to 40/s);
    expect(refused(net([{ opType: 'Relu', name: 'a' }], ['batch', 3, 8, 8], 'small.onnx'))).toMatch(
      /other inputs.*8x8x3.*32x32x3/s,
    );
    expect(refused(net([{ opType: 'Relu', name: 'a' }], ['batch', 3, 32, 32], 'image.onnx'))).toContain('classes');
    expect(refused(model, '--mean', '.5')).toContain('both --mean and --std');
    expect(refused(model, '--mean', '.5', '--std', '.5')).toMatch(/1 means, 1 deviations.*3 of each/s);
    expect(refused(model, '--mean', 'a,b,c')).toContain('found "a"');
  });

  it('flags that belong to architectures, and nothing to evaluate', () => {
    expect(refused(model, '--export', 'x')).toContain('--export and --model do not go together');
    expect(kirchhoff('evaluate').stderr).toContain('--model <file>');
    expect(kirchhoff('evaluate', '--model', model).stderr).toContain('--data cifar10:');
    expect(kirchhoff('evaluate', 'resnet8', '--images', '4').status).toBe(2);
  });
});

describe.skipIf(!sharedDir)('the ResNet-20 of the shared data (skipped without it)', () => {
  it('runs with the crossbar of a golden record', () => {
    const { stdout } = kirchhoff(
      'evaluate',
      ...['--model', `${sharedDir}/data/models/resnet20-cifar10.onnx`, '--data', `cifar10:${sharedDir}/data/cifar-10`],
      ...['--split', 'lossless_test.bin', '--images', '64', '--mean', '.485,.456,.406', '--std', '.229,.224,.225'],
      ...['--crossbar', `${sharedDir}/golden/resnet20_drift.json`, '--times', '1s', '--repeats', '1', '--json'],
    );
    const { digitalAccuracy, analog } = JSON.parse(stdout);
    expect(digitalAccuracy).toBeGreaterThan(0.8);
    expect(analog[0].mean).toBeGreaterThan(0.7);
  });
});
