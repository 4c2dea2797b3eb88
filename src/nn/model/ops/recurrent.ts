import { tf } from '../../../tensor/index.js';
import type { GruNode, LstmNode } from '../../graph/ops/recurrent.js';
import type { BoundMatrix, MatrixEngine } from '../bound-matrix.js';
import type { Binder, Binding, Runner } from '../runner.js';

/** State of a cell: the hidden state first, each [batch, units]. */
type State = readonly tf.Tensor[];
/** One time step: the product with the inputs [batch, gates * units] and the state before give the state after. */
type Cell = (input: tf.Tensor, state: State, engine: MatrixEngine) => State;

export const lstm: Binder<LstmNode> = (node, binding) => {
  const [, recurrent] = binding.matrices;
  const cell: Cell = (input, [hidden, memory], engine) => {
    const gates = tf.add(input, engine.apply(recurrent!, hidden!));
    const [admit, forget, candidate, emit] = tf.split(gates, 4, 1);
    const kept = tf.mul(tf.sigmoid(forget!), memory!);
    const next = tf.add(kept, tf.mul(tf.sigmoid(admit!), tf.tanh(candidate!)));
    return [tf.mul(tf.sigmoid(emit!), tf.tanh(next)), next];
  };
  return unroll(node, binding, cell, 2);
};

export const gru: Binder<GruNode> = (node, binding) => {
  const [, recurrent] = binding.matrices;
  return unroll(node, binding, node.resetAfter ? resetAfter(recurrent!) : resetBefore(recurrent!), 1);
};

function resetAfter(recurrent: BoundMatrix): Cell {
  return (input, [hidden], engine) => {
    const [updateIn, resetIn, newIn] = tf.split(input, 3, 1);
    const [updateBack, resetBack, newBack] = tf.split(engine.apply(recurrent, hidden!), 3, 1);
    const update = tf.sigmoid(tf.add(updateIn!, updateBack!));
    const reset = tf.sigmoid(tf.add(resetIn!, resetBack!));
    const candidate = tf.tanh(tf.add(newIn!, tf.mul(reset, newBack!)));
    return [mix(update, hidden!, candidate)];
  };
}

/** The gates and the candidate read different vectors, so the matrix is used twice per step. */
function resetBefore(recurrent: BoundMatrix): Cell {
  return (input, [hidden], engine) => {
    const [updateIn, resetIn, newIn] = tf.split(input, 3, 1);
    const [updateBack, resetBack] = tf.split(engine.apply(recurrent, hidden!), 3, 1);
    const update = tf.sigmoid(tf.add(updateIn!, updateBack!));
    const reset = tf.sigmoid(tf.add(resetIn!, resetBack!));
    const [, , newBack] = tf.split(engine.apply(recurrent, tf.mul(reset, hidden!)), 3, 1);
    return [mix(update, hidden!, tf.tanh(tf.add(newIn!, newBack!)))];
  };
}

/** update * before + (1 - update) * candidate */
function mix(update: tf.Tensor, before: tf.Tensor, candidate: tf.Tensor): tf.Tensor {
  return tf.add(candidate, tf.mul(update, tf.sub(before, candidate)));
}

function unroll(node: LstmNode | GruNode, binding: Binding, cell: Cell, states: number): Runner {
  const [input] = binding.matrices;
  const [time, features] = binding.inputShapes[0]! as [number, number];
  return ([x], { engine }) =>
    tf.tidy(() => {
      const batch = x!.shape[0]!;
      const products = engine.apply(input!, tf.reshape(x!, [batch * time, features]));
      const steps = tf.unstack(tf.reshape(products, [batch, time, products.shape[1]!]), 1);
      let state: State = Array.from({ length: states }, () => tf.zeros([batch, node.units]));
      const outputs: tf.Tensor[] = [];
      for (const step of node.reverse ? steps.toReversed() : steps) {
        state = cell(step, state, engine);
        outputs.push(state[0]!);
      }
      if (!node.returnSequences) return state[0]!;
      return tf.stack(node.reverse ? outputs.toReversed() : outputs, 1);
    });
}
