import type { Padding, Wire } from '../../../nn/index.js';
import { asImage, fromImage, type NetworkImporter, resolveAxis } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import type { Activation, Axis } from '../values.js';
import type { Handler } from './handler.js';
import { type OnnxWindow, paddingOf, paddingSides, poolPadding, readWindow } from './windows.js';

/** MaxPool; padding never wins. */
export const maxPool: Handler = (node, importer) => {
  const { input, image, window } = pooled(node, importer);
  const { kernel, strides } = window;
  const padding = poolPadding(node, image, window);
  return fromImage(importer.append(node, { op: 'maxPool', kernel, strides, padding }, [image]), input.axes.length);
};

/** AveragePool; zeros that count (`count_include_pad`) are put around the image beforehand. */
export const averagePool: Handler = (node, importer) => {
  const { input, image, window } = pooled(node, importer);
  const { kernel, strides } = window;
  const counted = node.number('count_include_pad', 0) === 1;
  const whole = poolPadding(node, image, window);
  const source = counted ? padImage(node, importer, image, window) : image;
  const padding = counted ? uncounted(image, window, whole) : whole;
  return fromImage(importer.append(node, { op: 'avgPool', kernel, strides, padding }, [source]), input.axes.length);
};

/** What `ceil_mode` adds to a window's own padding: that never counts. */
function uncounted(image: Wire, window: OnnxWindow, whole: Padding): Padding {
  const own = paddingSides(image, window);
  const all = paddingSides(image, { ...window, padding: whole });
  return paddingOf([0, all[0][1] - own[0][1]], [0, all[1][1] - own[1][1]]);
}

/** GlobalAveragePool. */
export const globalAveragePool: Handler = (node, importer) => globalPool(node, importer, 'globalAvgPool');

/** GlobalMaxPool. */
export const globalMaxPool: Handler = (node, importer) => globalPool(node, importer, 'globalMaxPool');

/** ReduceMean over all axes behind the channels, which is a global average pool. */
export const reduceMean: Handler = (node, importer) => {
  const input = importer.activation(node);
  const rank = input.axes.length;
  const listed = node.numbers('axes', undefined) ?? importer.ints(node, 1) ?? [];
  node.require(
    node.number('noop_with_empty_axes', 0) === 0 || listed.length > 0,
    'a mean over no axes is not supported',
  );
  const axes = listed.map((axis) => resolveAxis(node, axis, rank)).sort((a, b) => a - b);
  const spatialFirst = input.axes.slice(1, -1).every((axis, i) => axis === i);
  const channelsLast = spatialFirst && axes.join() === Array.from({ length: rank - 2 }, (_, i) => i + 1).join();
  const channelsSecond = axes.join() === Array.from({ length: rank - 2 }, (_, i) => i + 2).join();
  if (rank !== 4 || !(channelsLast || channelsSecond)) node.refuse('only means over both axes of images are supported');
  const image = importer.arrange(node, input, channelsLast ? [1, 2, 3] : [2, 3, 1]);
  const wire = importer.append(node, { op: 'globalAvgPool' }, [image]);
  const kept: Axis[] = channelsLast ? ['batch', 'one', 'one', 0] : ['batch', 0, 'one', 'one'];
  return { kind: 'activation', wire, axes: node.number('keepdims', 1) === 1 ? kept : ['batch', 0] };
};

function pooled(node: OnnxNode, importer: NetworkImporter) {
  const input = importer.activation(node);
  const image = asImage(importer, node, input);
  const kernel = node.numbers('kernel_shape', undefined) ?? node.refuse('kernel_shape is missing');
  const window = readWindow(node, image, kernel);
  node.require(
    window.dilations.every((size) => size === 1),
    'dilated pooling is not supported',
  );
  return { input, image, window };
}

function globalPool(node: OnnxNode, importer: NetworkImporter, op: 'globalAvgPool' | 'globalMaxPool'): Activation {
  const input = importer.activation(node);
  const wire = importer.append(node, { op }, [asImage(importer, node, input)]);
  const axes: Axis[] = ['batch', 0, ...Array<Axis>(input.axes.length - 2).fill('one')];
  return { kind: 'activation', wire, axes };
}

function padImage(node: OnnxNode, importer: NetworkImporter, image: Wire, window: OnnxWindow): Wire {
  const sides = paddingSides(image, window);
  if (paddingOf(...sides) === 'valid') return image;
  return importer.append(node, { op: 'pad', padding: [...sides, [0, 0]] }, [image]);
}
