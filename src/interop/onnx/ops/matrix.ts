import type { Wire } from '../../../nn/index.js';
import { asImage, fromImage, type NetworkImporter } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import { type Activation, type Constant, permute } from '../values.js';
import type { Handler } from './handler.js';
import { readWindow } from './windows.js';

/** Conv, also grouped, depthwise and one-dimensional. ONNX keeps kernels as [filters, channels / group, ...window]. */
export const conv: Handler = (node, importer) => {
  const input = importer.activation(node);
  const kernel = importer.constant(node, 1) ?? node.refuse('the kernel is missing');
  const bias = importer.constant(node, 2);
  const image = asImage(importer, node, input);
  const groups = node.number('group', 1);
  const [filters, perGroup, ...sizes] = kernel.shape as [number, number, ...number[]];
  node.require(
    perGroup * groups === image.channels,
    `the kernel takes ${perGroup} channels in each of ${groups} groups, but the input has ${image.channels} channels`,
  );
  node.require(
    node.numbers('kernel_shape', sizes).join() === sizes.join(),
    `kernel_shape [${node.numbers('kernel_shape', sizes)}] is not that of its kernel, [${sizes}]`,
  );
  const window = readWindow(node, image, sizes);
  const square: Constant = { ...kernel, shape: [filters, perGroup, ...window.kernel] };
  const weights = bias === undefined ? {} : { bias };
  if (groups > 1 && perGroup === 1) {
    const multiplier = filters / groups;
    const split: Constant = { ...square, shape: [groups, multiplier, ...window.kernel] };
    const fields = { op: 'depthwiseConv2d', ...window, multiplier, bias: bias !== undefined } as const;
    const wire = importer.append(node, fields, [image], { kernel: permute(split, [2, 3, 0, 1]), ...weights });
    return fromImage(wire, input.axes.length);
  }
  const fields = { op: 'conv2d', ...window, filters, groups, bias: bias !== undefined } as const;
  const wire = importer.append(node, fields, [image], { kernel: permute(square, [2, 3, 1, 0]), ...weights });
  return fromImage(wire, input.axes.length);
};

/** Gemm with a constant matrix and bias: alpha * A B + beta * C. */
export const gemm: Handler = (node, importer) => {
  const input = importer.activation(node);
  node.require(node.number('transA', 0) === 0, 'transA is not supported');
  node.require(input.axes.length === 2, `the input must have 2 axes, got ${input.axes.length}`);
  const stored = importer.constant(node, 1) ?? node.refuse('the matrix is missing');
  const matrix = node.number('transB', 0) === 0 ? stored : permute(stored, [1, 0]);
  const kernel = scaled(matrix, node.number('alpha', 1));
  const bias = importer.constant(node, 2);
  const beta = node.number('beta', 1);
  return dense(node, importer, input, kernel, bias && scaled(bias, beta));
};

/** MatMul of an activation with a constant matrix. An Add of a constant right behind it becomes the bias. */
export const matMul: Handler = (node, importer) => {
  const input = importer.activation(node);
  const kernel = importer.constant(node, 1) ?? node.refuse('the matrix is missing');
  node.require(kernel.shape.length === 2, `the matrix must have 2 axes, got ${kernel.shape.length}`);
  const sum = importer.onlyReader(node.outputs[0]!);
  const bias = sum?.op === 'Add' ? biasOf(sum, node, importer, kernel.shape[1]!) : undefined;
  const output = dense(node, importer, input, kernel, bias);
  if (bias !== undefined) {
    importer.skip(sum!);
    importer.define(sum!.outputs[0]!, output);
  }
  return output;
};

function biasOf(sum: OnnxNode, product: OnnxNode, importer: NetworkImporter, units: number): Constant | undefined {
  const other = sum.inputs.findIndex((name) => name !== product.outputs[0]);
  const value = importer.value(sum.inputs[other] ?? '');
  return value?.kind === 'constant' && value.data.length === units && value.shape.at(-1) === units ? value : undefined;
}

function dense(
  node: OnnxNode,
  importer: NetworkImporter,
  input: Activation,
  kernel: Constant,
  bias: Constant | undefined,
): Activation {
  const [rows, units] = kernel.shape as [number, number];
  const wire = lastAxisLast(node, importer, input);
  node.require(
    wire.channels === rows,
    `a matrix of ${rows} x ${units} does not fit an input of ${wire.channels} values`,
  );
  const weights = bias === undefined ? { kernel } : { kernel, bias: wide(node, bias, units) };
  const result = importer.append(node, { op: 'dense', units, bias: bias !== undefined }, [wire], weights);
  let next = 0;
  const axes = input.axes.map((axis) => (axis === 'batch' ? axis : next++));
  return { kind: 'activation', wire: result, axes };
}

/** All axes but the batch in ONNX' order, so that the last of ours is ONNX' last. */
function lastAxisLast(node: OnnxNode, importer: NetworkImporter, input: Activation): Wire {
  node.require(input.axes.at(-1) !== 'batch', 'the batch must not be its last axis');
  const order = input.axes.flatMap((axis, onnxAxis) => (axis === 'batch' ? [] : [onnxAxis]));
  return importer.arrange(node, input, order);
}

/** A bias of one value for all outputs, or of one for each: not of one for each sample, [batch, 1]. */
function wide(node: OnnxNode, { shape, data: values }: Constant, units: number): Constant {
  const isOne = values.length === 1;
  node.require(
    isOne || (values.length === units && shape.at(-1) === units),
    `the bias must have 1 or ${units} values on its last axis, got ${shape.join(' x ')}`,
  );
  const data = isOne ? new Float32Array(units).fill(values[0]!) : values;
  return { kind: 'constant', shape: [units], data };
}

function scaled({ shape, data }: Constant, factor: number): Constant {
  return { kind: 'constant', shape, data: factor === 1 ? data : data.map((value) => factor * value) };
}
