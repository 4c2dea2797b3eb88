import type { Rng, tf } from '../../tensor/index.js';
import type { Shape } from '../graph/op-definition.js';
import type { BoundMatrix, MatrixEngine } from './bound-matrix.js';

/** What one pass through a network shares between its nodes. */
export interface Pass {
  readonly engine: MatrixEngine;
  /** Batch statistics and dropout instead of moving averages and none. */
  readonly training: boolean;
  /** Source of dropout masks; needed only in training. */
  readonly rng: Rng | undefined;
  /** Filled in training: mean and variance of each batch norm, in the order of the nodes. */
  readonly means: tf.Tensor1D[];
  readonly variances: tf.Tensor1D[];
}

/** Computes a node's output. Returns a new tensor and leaves nothing else behind. */
export type Runner = (inputs: readonly tf.Tensor[], pass: Pass) => tf.Tensor;

/** What a node's runner is made from. */
export interface Binding {
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  /** Weight of the node by its short name. */
  weight(name: string): tf.Tensor;
  /** The node's matrices, in the order in which its operation lists them. */
  readonly matrices: readonly BoundMatrix[];
  /** Whether a ReLU is applied in the same step (batch norms and sums only). */
  readonly fusedRelu: boolean;
}

/** Makes the runner of one kind of node. */
export type Binder<N> = (node: N, binding: Binding) => Runner;
