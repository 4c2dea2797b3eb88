import type { OutputStage } from '../../crossbar/index.js';
import { isTaping, tf } from '../../tensor/index.js';
import type { BatchNormNode } from '../graph/ops/batch-norm.js';
import type { BoundMatrix } from './bound-matrix.js';
import type { Runner } from './runner.js';

/**
 * A weight matrix and the batch norm behind it, as one step. In inference, an engine that can do both at once multiplies
 * its outputs by gamma / sqrt(variance + epsilon) and spares a pass over the activations; otherwise one runs after the other.
 */
export class StagedNorm {
  readonly #matrix: BoundMatrix;
  readonly #node: BatchNormNode;
  readonly #weight: (name: string) => tf.Tensor;
  readonly #relu: boolean;
  #stage: OutputStage | undefined;

  /** `weight` gives the batch norm's weights, which an engine with stages must not change. */
  constructor(matrix: BoundMatrix, node: BatchNormNode, weight: (name: string) => tf.Tensor, relu: boolean) {
    this.#matrix = matrix;
    this.#node = node;
    this.#weight = weight;
    this.#relu = relu;
  }

  /** The runner of both, from the runners of each. */
  runner(product: Runner, norm: Runner): Runner {
    return (inputs, pass) => {
      const { engine, training } = pass;
      if (!training && engine.applyWithStage !== undefined) {
        this.#stage ??= this.#makeStage();
        return engine.applyWithStage(this.#matrix, inputs[0]!, this.#stage);
      }
      const before = product(inputs, pass);
      const after = norm([before], pass);
      if (!isTaping()) before.dispose();
      return after;
    };
  }

  dispose(): void {
    if (this.#stage !== undefined) tf.dispose([this.#stage.factor, this.#stage.offset]);
    this.#stage = undefined;
  }

  #makeStage(): OutputStage {
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'movingMean', 'movingVariance'].map(this.#weight);
    const [factor, offset] = tf.tidy(() => {
      const factor = tf.mul(gamma!, tf.rsqrt(tf.add(variance!, this.#node.epsilon)));
      return [tf.keep(factor), tf.keep(tf.sub(beta!, tf.mul(mean!, factor)))];
    });
    return { factor: factor as tf.Tensor1D, offset: offset as tf.Tensor1D, relu: this.#relu };
  }
}
