import { GraphBuilder, type NetworkGraph } from '../../../src/nn/index.js';

/** A network with every operation that a search space uses in training. */
export function everything(): NetworkGraph {
  const builder = new GraphBuilder('everything', [6, 6, 2]);
  const stem = builder.input.conv2d({ id: 'stem', filters: 4, kernel: 3, bias: false }).batchNorm({ id: 'bn' }).relu();
  const half = stem
    .depthwiseConv2d({ id: 'depthwise', kernel: 3, strides: 2 })
    .activation('hardSwish')
    .conv2d({ id: 'grouped', filters: 6, kernel: 1, groups: 2 })
    .batchNorm({ id: 'bn2' });
  const skip = stem.subsample(2).pad([
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
  const gate = skip.globalAvgPool().dense(6, { id: 'gate' }).activation('sigmoid');
  const sum = half.add([skip, half.mul(gate)]).relu6();
  const pooled = sum.concat(sum.activation('swish')).maxPool({ kernel: 2, strides: 1, padding: 'same' });
  const features = pooled.avgPool({ kernel: 2, strides: 1 }).dropout(0.25).flatten();
  return builder.build(features.dense(3, { id: 'classifier' }).softmax());
}
