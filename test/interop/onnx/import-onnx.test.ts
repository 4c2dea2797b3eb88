import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { KirchhoffError } from '../../../src/config/index.js';
import { importOnnx, readOnnx } from '../../../src/interop/index.js';
import { countNetwork, Model, type OpName } from '../../../src/nn/index.js';
import { tf, useBackend } from '../../../src/tensor/index.js';
import { sharedDir } from '../../support/shared.js';
import { encodeOnnx } from './encode-onnx.js';

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url).pathname;

interface Values {
  shape: number[];
  values: number[];
}

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

describe('importOnnx computes what onnxruntime does', () => {
  it.each<[string, OpName[]]>([
    ['cnn', ['conv2d', 'batchNorm', 'relu', 'hardSwish', 'depthwiseConv2d', 'hardSigmoid', 'relu6', 'softmax']],
    ['view', ['constant', 'mul', 'pad', 'stridedSlice', 'tanh', 'dense']],
    ['conv1d', ['conv2d', 'maxPool', 'globalAvgPool', 'depthwiseConv2d', 'concat', 'dense']],
    ['channels_last', ['conv2d', 'dense', 'globalAvgPool', 'softmax']],
    ['lstm', ['lstm', 'concat', 'dense']],
    ['gru', ['gru', 'dense']],
  ])('%s', async (name, ops) => {
    const { graph, weights } = await importOnnx(fixture(`${name}.onnx`));
    expect(graph.nodes.map(({ op }) => op)).toEqual(expect.arrayContaining(ops));
    const { input, output } = JSON.parse(readFileSync(fixture(`${name}.json`), 'utf8')) as Record<string, Values>;
    const model = Model.fromWeights(graph, weights);
    tf.tidy(() => {
      const result = model.predict(tf.tensor(input!.values, input!.shape));
      expect(result.shape).toEqual(output!.shape);
      for (const [i, value] of result.dataSync().entries()) expect(value).toBeCloseTo(output!.values[i]!, 4);
    });
    model.dispose();
  });
});

describe('importOnnx leaves no needless nodes', () => {
  it('turns transposes around a convolution into nothing', async () => {
    const { graph } = await importOnnx(fixture('channels_last.onnx'));
    expect(graph.nodes.filter(({ op }) => op === 'transpose')).toEqual([]);
    expect(graph.nodes[0]).toMatchObject({ shape: [8, 8, 3] });
  });

  it('makes the Add behind a MatMul its bias', async () => {
    const { graph } = await importOnnx(fixture('conv1d.onnx'));
    expect(graph.nodes.find(({ op }) => op === 'dense')).toMatchObject({ bias: true });
    expect(graph.nodes.some(({ op }) => op === 'add')).toBe(false);
  });
});

describe('importOnnx refuses', () => {
  const valid = readFileSync(fixture('view.onnx'));

  it('a file that is missing, empty, cut short or something else', async () => {
    await expect(importOnnx('missing.onnx')).rejects.toThrow(/does not exist.*missing\.onnx/s);
    expect(() => readOnnx(new Uint8Array(), 'empty.onnx')).toThrow(/no ONNX graph.*empty\.onnx/s);
    expect(() => readOnnx(valid.subarray(0, valid.length / 2), 'cut.onnx')).toThrow(/cut short.*cut\.onnx/s);
    expect(() => readOnnx(Buffer.from('no model at all'), 'text.onnx')).toThrow(/not ONNX.*text\.onnx/s);
  });

  it('a file cut anywhere, with an error of ours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: valid.length - 1 }), (length) => {
        expect(() => readOnnx(valid.subarray(0, length), 'cut.onnx')).toThrow(KirchhoffError);
      }),
      { numRuns: 60 },
    );
  });

  it('a file with a changed byte, or reads it: never with an error that is not ours', () => {
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), (position, byte) => {
        const damaged = Uint8Array.from(valid);
        damaged[position] = byte;
        try {
          readOnnx(damaged, 'damaged.onnx');
        } catch (error) {
          expect(error).toBeInstanceOf(KirchhoffError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [
      'an unknown operation',
      [
        { opType: 'Relu', name: 'a' },
        { opType: 'GridSample', name: 'warp' },
        { opType: 'Einsum', name: 'mix' },
      ],
      ['batch', 3, 4, 4],
      /node "warp" has an operation that is not supported: GridSample.*net\.onnx.*Add, AveragePool.*also not supported: Einsum \("mix"\)/s,
    ],
    [
      'an operation of another domain',
      [{ opType: 'FusedConv', name: 'fused', domain: 'com.microsoft' }],
      ['batch', 3, 4, 4],
      /node "fused" has an operation that is not supported: com\.microsoft\.FusedConv/,
    ],
    [
      'an axis without a fixed size',
      [{ opType: 'Relu', name: 'a' }],
      ['batch', 3, 'height', 4],
      /Axis 2 of ONNX input "image" has no fixed size \("height"\).*net\.onnx.*found: +batch x 3 x height x 4/s,
    ],
    [
      'a softmax over rows',
      [{ opType: 'Softmax', name: 'rows', attribute: [{ name: 'axis', type: 2, i: 2 }] }],
      ['batch', 3, 4, 4],
      /ONNX node "rows" \(Softmax\): only a softmax over channels/,
    ],
    [
      'a convolution without its kernel',
      [{ opType: 'Conv', name: 'conv' }],
      ['batch', 3, 4, 4],
      /ONNX node "conv" \(Conv\): the kernel is missing/,
    ],
  ])('%s', (_, chain, shape, message) => {
    expect(() => readOnnx(encodeOnnx(chain, shape as (number | string)[]), 'net.onnx')).toThrow(message);
  });
});

describe.skipIf(!sharedDir)('the ResNet-20 of the shared data (skipped without it)', () => {
  it('has its counts and its accuracy', async () => {
    await useBackend();
    const { graph, weights } = await importOnnx(`${sharedDir}/data/models/resnet20-cifar10.onnx`);
    expect(countNetwork(graph)).toMatchObject({ depth: 20, macs: 40_813_184, parameters: 271_690 });
    const model = Model.fromWeights(graph, weights);
    const images = 200;
    const { x, labels } = firstImages(`${sharedDir}/data/cifar-10/lossless_test.bin`, images);
    const predicted = tf.tidy(() => tf.argMax(model.predict(x), 1).dataSync());
    const right = labels.filter((label, i) => predicted[i] === label).length;
    // 91.1 % of the first 1,000 images; of the first 200 it must be within 3 standard errors of that.
    expect(Math.abs(right / images - 0.911)).toBeLessThan(3 * Math.sqrt((0.911 * 0.089) / images));
    x.dispose();
    model.dispose();
  });
});

/** Images as the network was trained on them: pixels / 255, less a mean per channel, over a deviation per channel. */
function firstImages(file: string, count: number): { x: tf.Tensor4D; labels: number[] } {
  const [mean, std] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const bytes = readFileSync(file);
  const values = new Float32Array(count * 3072);
  const labels = Array.from({ length: count }, (_, image) => bytes[image * 3073]!);
  for (let image = 0; image < count; image++) {
    for (let i = 0; i < 3072; i++) {
      const [pixel, channel] = [Math.floor(i / 3), i % 3];
      const byte = bytes[image * 3073 + 1 + channel * 1024 + pixel]!;
      values[image * 3072 + i] = (byte / 255 - mean![channel]!) / std![channel]!;
    }
  }
  return { x: tf.tensor4d(values, [count, 32, 32, 3]), labels };
}
