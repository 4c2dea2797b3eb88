import { asImage, fromImage } from '../network-importer.js';
import type { Handler } from './handler.js';

/** BatchNormalization over the second axis, with its running statistics. */
export const batchNormalization: Handler = (node, importer) => {
  node.require(node.number('training_mode', 0) === 0, 'training_mode is not supported');
  node.require(node.number('spatial', 1) === 1, 'statistics of each pixel (spatial = 0) are not supported');
  const input = importer.activation(node);
  const [gamma, beta, movingMean, movingVariance] = [1, 2, 3, 4].map((index) => {
    return importer.constant(node, index) ?? node.refuse(`input ${index} is missing`);
  });
  const flat = input.axes.length === 2;
  const x = flat ? importer.arrange(node, input, [1]) : asImage(importer, node, input);
  node.require(
    gamma!.data.length === x.channels,
    `${gamma!.data.length} scales do not fit an input of ${x.channels} channels`,
  );
  const fields = { op: 'batchNorm', epsilon: node.number('epsilon', 1e-5), momentum: node.number('momentum', 0.9) };
  const weights = { gamma: gamma!, beta: beta!, movingMean: movingMean!, movingVariance: movingVariance! };
  const wire = importer.append(node, fields as { op: 'batchNorm' }, [x], weights);
  return flat ? { kind: 'activation', wire, axes: ['batch', 0] } : fromImage(wire, input.axes.length);
};
