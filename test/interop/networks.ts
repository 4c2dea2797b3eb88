import { GraphBuilder, Model, type NetworkGraph, type WeightMap } from '../../src/nn/index.js';
import { createRng, type Rng } from '../../src/tensor/index.js';

/** A network with every operation that tf.layers can express, on images of 8x8x4. */
export function imageNetwork(): NetworkGraph {
  const builder = new GraphBuilder('image', [8, 8, 4]);
  const stem = builder.input
    .conv2d({
      id: '1st/conv',
      filters: 6,
      kernel: 3,
      strides: 2,
      padding: [
        [1, 1],
        [1, 1],
      ],
      bias: false,
    })
    .batchNorm({ id: 'bn' })
    .relu();
  const skip = builder.input.subsample(2).pad([
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
  const grouped = stem.conv2d({ id: 'grouped', filters: 6, kernel: 3, groups: 3 }).activation('hardSwish');
  const deep = grouped.depthwiseConv2d({ id: 'depthwise', kernel: 3, multiplier: 2 }).relu6();
  const narrow = deep.conv2d({ id: 'narrow', filters: 6, kernel: 1, dilations: 1 }).activation('gelu');
  const gate = narrow.globalAvgPool().dense(6, { id: 'gate' }).activation('hardSigmoid');
  const sum = narrow.mul(gate).add([skip, stem]);
  const leaky = builder.append({ op: 'leakyRelu', alpha: 0.1 }, [sum]);
  const clipped = builder.append({ op: 'clip', min: -1, max: 2 }, [sum]);
  const pooled = leaky.concat(clipped).maxPool({ kernel: 3, strides: 1, padding: 'same' });
  const average = pooled.avgPool({
    kernel: 3,
    strides: 2,
    padding: [
      [1, 1],
      [1, 1],
    ],
  });
  const turned = builder.append({ op: 'transpose', permutation: [2, 0, 1] }, [average]);
  const shaped = builder.append({ op: 'reshape', shape: [6, 8] }, [turned]);
  const states = builder.append({ op: 'lstm', id: 'lstm', units: 5, returnSequences: true }, [shaped]);
  const normal = builder.append({ op: 'layerNorm', id: 'norm' }, [states]);
  const last = builder.append({ op: 'gru', id: 'gru', units: 5, resetAfter: false, reverse: true }, [normal]);
  return builder.build(last.dropout(0.5).activation('softplus').dense(3, { id: 'classifier' }).softmax());
}

/** A model whose weights are all off their initial values. */
export function randomModel(graph: NetworkGraph, rng: Rng = createRng(3)): Model {
  const fresh = Model.create(graph, rng);
  const weights: WeightMap = Object.fromEntries(
    Object.entries(fresh.exportWeights()).map(([name, { shape, data }]) => {
      const noise = rng.child(name).fillUniform(new Float32Array(data.length), 0.05, 0.4);
      return [name, { shape, data: data.map((value, i) => value + noise[i]!) }];
    }),
  );
  fresh.dispose();
  return Model.fromWeights(graph, weights);
}
