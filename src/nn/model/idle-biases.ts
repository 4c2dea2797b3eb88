import type { tf } from '../../tensor/index.js';
import { consumers, matrixLayers } from '../graph/matrix-layers.js';
import type { NetworkGraph } from '../graph/network-graph.js';

/**
 * Biases right in front of a batch norm, which takes away whatever they add in training, as long as they are zero: they
 * are neither added nor trained. One that is assigned another value counts from then on.
 */
export class IdleBiases {
  /** The data of each when it was last found to be zero; an assignment gives a variable other data. */
  readonly #zeros = new Map<string, { variable: tf.Variable; data: tf.Variable['dataId'] }>();

  constructor(graph: NetworkGraph, variables: ReadonlyMap<string, tf.Variable>) {
    for (const name of biasesBeforeNorms(graph)) {
      const variable = variables.get(name)!;
      if (isZero(variable)) this.#zeros.set(name, { variable, data: variable.dataId });
    }
  }

  /** Whether a bias, by its full name, is idle at present. Cheap: values are read only after an assignment. */
  has(name: string): boolean {
    const known = this.#zeros.get(name);
    if (known === undefined) return false;
    const { variable, data } = known;
    if (variable.dataId === data) return true;
    const idle = isZero(variable);
    if (idle) this.#zeros.set(name, { variable, data: variable.dataId });
    else this.#zeros.delete(name);
    return idle;
  }

  /** The names of those that are idle at present. */
  names(): ReadonlySet<string> {
    return new Set([...this.#zeros.keys()].filter((name) => this.has(name)));
  }
}

/** Biases that are all that their node adds to the input of a batch norm, unlike those inside of recurrent nodes. */
function biasesBeforeNorms(graph: NetworkGraph): string[] {
  const readers = consumers(graph);
  const norms = new Set(graph.nodes.filter(({ op }) => op === 'batchNorm').map(({ id }) => id));
  const redundant = matrixLayers(graph).filter(({ node, suffix, bias }) => {
    const [reader, ...others] = readers.get(node)!;
    const isLast = suffix === '' && bias !== null && node !== graph.output;
    return isLast && others.length === 0 && reader !== undefined && norms.has(reader);
  });
  return redundant.map(({ node, bias }) => `${node}/${bias}`);
}

function isZero(variable: tf.Variable): boolean {
  return variable.dataSync().every((value) => value === 0);
}
