import { type GraphNode, Model, type NetworkGraph } from '../../nn/index.js';
import { createRng } from '../../tensor/index.js';
import { factorise } from '../gaussian-process/cholesky.js';
import { randomBatch } from './random-batch.js';

/** Inputs that are told apart; each is a bit of a unit's code. */
const INPUTS = 16;

/**
 * How well an untrained network tells inputs apart, after NASWOT (Mellor et al. 2021): every ReLU unit is on or off for each
 * of 16 random inputs; the kernel of two inputs is the number of units that agree on them.
 *
 * @returns the logarithm of the kernel's determinant (with 1 added to the diagonal, so that it exists), greater where codes
 *   differ more and where there are more units; 0 without ReLU
 */
export function activationCodes(graph: NetworkGraph, seed: number): number {
  const counts = countCodes(graph, seed);
  const kernel = new Float64Array(INPUTS * INPUTS);
  for (let code = 0; code < counts.length; code++) {
    const units = counts[code]!;
    if (units === 0) continue;
    for (let i = 0; i < INPUTS; i++) {
      for (let j = 0; j <= i; j++) {
        if (((code >> i) & 1) === ((code >> j) & 1)) kernel[i * INPUTS + j] = kernel[i * INPUTS + j]! + units;
      }
    }
  }
  for (let i = 0; i < INPUTS; i++) kernel[i * INPUTS + i] = kernel[i * INPUTS + i]! + 1;
  factorise(kernel, INPUTS);
  let logarithm = 0;
  for (let i = 0; i < INPUTS; i++) logarithm += 2 * Math.log(kernel[i * INPUTS + i]!);
  return logarithm;
}

/** For each code the number of units that have it. */
function countCodes(graph: NetworkGraph, seed: number): Uint32Array {
  const counts = new Uint32Array(2 ** INPUTS);
  const watched = watchActivations(graph);
  if (watched === undefined) return counts;
  const rng = createRng(seed, 'zero-cost/codes');
  const model = Model.create(watched, rng.child('weights'));
  const inputs = randomBatch(graph, INPUTS, rng.child('inputs'));
  const outputs = model.forward(inputs, { training: true, rng: rng.child('pass') });
  const values = outputs.dataSync();
  const units = values.length / INPUTS;
  for (let unit = 0; unit < units; unit++) {
    let code = 0;
    for (let i = 0; i < INPUTS; i++) if (values[i * units + unit]! > 0) code |= 1 << i;
    counts[code]!++;
  }
  outputs.dispose();
  inputs.dispose();
  model.dispose();
  return counts;
}

/** The network with the outputs of all its ReLUs side by side as its result; undefined without any. */
function watchActivations(graph: NetworkGraph): NetworkGraph | undefined {
  const relus = graph.nodes.filter(({ op }) => op === 'relu' || op === 'relu6');
  if (relus.length === 0) return undefined;
  const flat = relus.map(({ id }): GraphNode => ({ id: `codes.${id}`, op: 'flatten', inputs: [id] }));
  const ids = flat.map(({ id }) => id);
  if (ids.length === 1) return { name: graph.name, nodes: [...graph.nodes, ...flat], output: ids[0]! };
  const all: GraphNode = { id: 'codes', op: 'concat', axis: -1, inputs: ids };
  return { name: graph.name, nodes: [...graph.nodes, ...flat, all], output: all.id };
}
