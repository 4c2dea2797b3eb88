import { tf } from '../tf.js';

/** A recorded operation, as tfjs' engine keeps it. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /** Copies of what the gradient needs; they belong to the node. */
  readonly saved: readonly tf.Tensor[];
  readonly gradient?: (dys: (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>;
}

/** What of tfjs' engine its own `gradients` works with. */
interface TapeEngine {
  readonly state: { activeTape: TapeNode[] | null; readonly gradientDepth: number };
  startTape(): void;
  endTape(): void;
}

/** What a function and its gradients came to. */
export interface ValueAndGradients {
  readonly value: tf.Tensor;
  /** One per variable, in order; null where the value does not depend on it. */
  readonly gradients: (tf.Tensor | null)[];
}

/**
 * A scalar function and its gradients with respect to some tensors: number by number what `tf.engine().gradients` gives.
 * The caller owns the results.
 *
 * tfjs holds all activations and all gradients until the last one is there; this lets go of each behind its last use. A
 * training step needs about half the memory.
 *
 * @param f is called once, while operations are being recorded; whatever else it makes is disposed of
 * @param xs float32 tensors or variables
 * @throws Error where an operation on the way has no gradient, and what `f` throws
 * @example
 * const { value, gradients } = valueAndGradients(() => tf.sum(tf.square(x)), [x]);
 */
export function valueAndGradients(f: () => tf.Tensor, xs: readonly tf.Tensor[]): ValueAndGradients {
  const engine = tf.engine() as unknown as TapeEngine;
  if (engine.state.gradientDepth > 0) {
    // somebody takes a gradient of this one, and needs its activations
    const { value, grads } = tf.engine().gradients(f, [...xs], undefined, true);
    return { value, gradients: grads };
  }
  let value: tf.Tensor | undefined;
  try {
    value = record(engine, f);
    return { value, gradients: backward(engine.state.activeTape!, value, xs) };
  } catch (error) {
    value?.dispose();
    throw error;
  } finally {
    for (const { saved } of engine.state.activeTape ?? []) tf.dispose([...saved]);
    engine.state.activeTape = null;
  }
}

function record(engine: TapeEngine, f: () => tf.Tensor): tf.Tensor {
  engine.startTape();
  try {
    return tf.tidy(f);
  } finally {
    engine.endTape();
  }
}

function backward(tape: readonly TapeNode[], value: tf.Tensor, xs: readonly tf.Tensor[]): (tf.Tensor | null)[] {
  const dependent = dependentsOf(tape, xs);
  const wanted = new Set(xs.map(({ id }) => id));
  const gradients = new Map<number, tf.Tensor>();
  tf.tidy(() => {
    gradients.set(value.id, tf.onesLike(value));
    for (const node of tape.toReversed()) {
      if (node.outputs.some(({ id }) => gradients.has(id))) passBack(node, dependent, gradients);
      for (const { id } of node.outputs) {
        if (wanted.has(id)) continue;
        gradients.get(id)?.dispose();
        gradients.delete(id);
      }
      tf.dispose(node.saved as tf.Tensor[]);
    }
    return xs.flatMap(({ id }) => gradients.get(id) ?? []);
  });
  return xs.map(({ id }) => gradients.get(id) ?? null);
}

/** Ids of the tensors that depend on some others, these among them. */
function dependentsOf(tape: readonly TapeNode[], xs: readonly tf.Tensor[]): Set<number> {
  const dependent = new Set(xs.map(({ id }) => id));
  for (const { inputs, outputs } of tape) {
    if (Object.values(inputs).some(({ id }) => dependent.has(id))) for (const { id } of outputs) dependent.add(id);
  }
  return dependent;
}

/** Adds what a node's outputs pass on to the gradients of those of its inputs that matter. */
function passBack(node: TapeNode, dependent: ReadonlySet<number>, gradients: Map<number, tf.Tensor>): void {
  const { kernelName, inputs, outputs } = node;
  const names = Object.keys(inputs).filter((name) => dependent.has(inputs[name]!.id));
  if (names.length === 0) return;
  if (node.gradient === undefined) throw new Error(`there is no gradient of ${kernelName}`);
  const dys = outputs.map(({ id }) => gradients.get(id) ?? null);
  tf.tidy(() => {
    const functions = node.gradient!(dys);
    const fresh = new Set<tf.Tensor>();
    for (const name of names) {
      const x = inputs[name]!;
      const dx = functions[name]?.();
      if (dx === undefined) throw new Error(`there is no gradient of ${kernelName} for its input ${name}`);
      tf.util.assertShapesMatch(dx.shape, x.shape, `gradient of ${kernelName} for its input ${name}: `);
      const before = gradients.get(x.id);
      const total = before !== undefined ? tf.add(before, dx) : isNew(dx) && !fresh.has(dx) ? dx : tf.clone(dx);
      before?.dispose();
      fresh.add(total);
      gradients.set(x.id, total);
    }
    return [...fresh];
  });
}

/** Whether a tensor was made in the present scope: others have an owner who disposes of them. */
function isNew(tensor: tf.Tensor): boolean {
  return tensor.scopeId === tf.engine().state.activeScope!.id && !tensor.kept;
}
