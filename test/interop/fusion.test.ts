import { beforeAll, expect, test } from 'vitest';
import { fusionExport, fusionImport } from '../../src/interop/index.js';
import { GraphBuilder, Model } from '../../src/nn/index.js';
import { createRng, tf, useBackend } from '../../src/tensor/index.js';

beforeAll(async () => {
  await useBackend({ backend: 'cpu' });
});

const rng = createRng(17, 'fusion');
const mapping = { maxInputSize: 10, maxOutputSize: 0 };

test('a dense layer, worked by hand: each output fills the range, outputs after one another', () => {
  const builder = new GraphBuilder('tiny', [2]);
  const graph = builder.build(builder.input.dense(2, { id: 'fc' }));
  const model = Model.fromWeights(graph, {
    'fc/kernel': { shape: [2, 2], data: new Float32Array([0.5, -0.25, -1, 0.125]) },
    'fc/bias': { shape: [2], data: new Float32Array([3, 4]) },
  });
  const text = fusionExport(model, { mapping, gMax: 20 });
  // Output 1 has weights 0.5 and -1, output 2 has -0.25 and 0.125.
  expect(text).toBe('2\nAnalogLinear\n4\n2\n2\nfc\r\n10,20,20,10\r\n');
  // What was measured: 10 % more everywhere is corrected by the fitted line; the bias stays.
  fusionImport(model, text.replace('10,20,20,10', '11,22,22,11'), { mapping, gMax: 20 });
  const { 'fc/kernel': kernel, 'fc/bias': bias } = model.exportWeights();
  [0.5, -0.25, -1, 0.125].forEach((value, i) => {
    expect(kernel!.data[i]).toBeCloseTo(value, 5);
  });
  expect([...bias!.data]).toEqual([3, 4]);
  model.dispose();
});

function network(): Model {
  const builder = new GraphBuilder('net', [6, 6, 4]);
  const grouped = builder.input.conv2d({ filters: 6, kernel: 3, groups: 2 }).relu();
  const depthwise = grouped.depthwiseConv2d({ kernel: 3 }).conv2d({ filters: 5, kernel: 3 });
  return Model.create(builder.build(depthwise.globalAvgPool().dense(3)), rng.child('weights'));
}

test('all kinds of layers, cut into tiles, come back as they went', () => {
  const model = network();
  const before = model.exportWeights();
  const text = fusionExport(model, { mapping });
  fusionImport(model, text, { mapping });
  const after = model.exportWeights();
  for (const [name, { data }] of Object.entries(before)) {
    const error = Math.max(...data.map((value, i) => Math.abs(value - after[name]!.data[i]!)));
    expect(error, name).toBeLessThan(1e-4);
  }
  model.dispose();
});

test('noise on the conductances becomes noise on the weights', () => {
  const model = network();
  const before = model.exportWeights();
  const lines = fusionExport(model, { mapping }).split('\r\n');
  const noise = rng.child('noise');
  const noisy = lines.map((line, i) => {
    if (i === 0 || line === '') return line;
    return line
      .split(',')
      .map((g) => Math.max(0, Number(g) + noise.normal(0, 1)))
      .join(',');
  });
  fusionImport(model, noisy.join('\r\n'), { mapping });
  const after = model.exportWeights();
  const { data } = before['dense1/kernel']!;
  const error = Math.max(...data.map((value, i) => Math.abs(value - after['dense1/kernel']!.data[i]!)));
  expect(error).toBeGreaterThan(1e-3);
  expect(error).toBeLessThan(Math.max(...data.map(Math.abs)));
  model.dispose();
});

test('refuses conductances of another network, of other tiles, or cut short', () => {
  const model = network();
  const text = fusionExport(model, { mapping });
  const refusal = (changed: string) => () => fusionImport(model, changed, { mapping }, 'measured.csv');
  expect(refusal(text.replace('AnalogLinear', 'AnalogRNN'))).toThrow(
    /not those of this network.*measured\.csv at row 2, class/s,
  );
  expect(refusal(text.replace(/,[^,]*\r\n$/, '\r\n'))).toThrow(
    /of layer "dense1" are not complete.*14 values.*15 numbers/s,
  );
  expect(refusal(text.replace(/,[^,]*\r\n$/, ',x\r\n'))).toThrow('one of them no conductance');
  expect(refusal(text.split('\r\n').slice(0, 2).join('\r\n'))).toThrow('not complete');
  model.dispose();
});

test('gives back all its memory', () => {
  const before = tf.memory().numTensors;
  const model = network();
  fusionImport(model, fusionExport(model, { mapping }), { mapping });
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
