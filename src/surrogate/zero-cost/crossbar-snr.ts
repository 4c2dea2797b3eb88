import type { CrossbarConfig } from '../../crossbar/index.js';
import { countNetwork, matrixLayers, type NetworkGraph } from '../../nn/index.js';

/** What is assumed of a layer: inputs and weights are about normal, and their ranges reach this many deviations. */
const REACH = { input: 3, weight: 2.5 } as const;

/** Power of a signal and of the noise on it. */
interface Power {
  readonly signal: number;
  readonly noise: number;
}

/**
 * Signal-to-noise ratio of a network's result on crossbars, in closed form from the graph, the tiles and the converters.
 *
 * A matrix of n rows adds n products of inputs (deviation s_x of a range of 1) and weights (deviation s_w of a largest weight
 * of 1): signal n s_x^2 s_w^2. On it lie weight noise n s_x^2 s_p^2, the DAC's rounding n s_w^2 d_x^2 / 12, and for each of the
 * tiles that the rows are spread over the output noise s_o^2 and the ADC's rounding d_y^2 / 12. Relative noise adds up along a
 * way through the network; a sum adds signals and noises of its inputs, so that parallel branches average noise and a skip
 * carries what came before. Weight noise is that of hardware-aware training (`modifier.stdDev`).
 *
 * @returns decibels
 */
export function crossbarSnr(graph: NetworkGraph, config: CrossbarConfig): number {
  const added = layerNoise(graph, config);
  const powers = new Map<string, Power>();
  for (const node of graph.nodes) {
    const before = node.inputs.map((id) => powers.get(id)!);
    const noise = added.get(node.id);
    const merged = merge(before);
    if (noise !== undefined) powers.set(node.id, { signal: 1, noise: merged.noise / merged.signal + noise });
    else if (node.op === 'batchNorm') powers.set(node.id, { signal: 1, noise: merged.noise / merged.signal });
    else powers.set(node.id, merged);
  }
  const { signal, noise } = powers.get(graph.output)!;
  return 10 * Math.log10(signal / noise);
}

/** Noise that each matrix adds, relative to its signal. */
function layerNoise(graph: NetworkGraph, { forward, mapping, modifier }: CrossbarConfig): Map<string, number> {
  const [sx, sw, sp] = [1 / REACH.input, 1 / REACH.weight, modifier.stdDev];
  const dac = rounding(forward.inpRes, 1);
  const bound = forward.outBound;
  const adc = bound > 0 ? rounding(forward.outRes, bound) : 0;
  const converters = forward.isPerfect ? 0 : adc + forward.outNoise ** 2;
  const inputs = forward.isPerfect ? 0 : dac + forward.inpNoise ** 2;
  const layers = countNetwork(graph).layers;
  const noises = new Map<string, number>();
  for (const [i, { node }] of matrixLayers(graph).entries()) {
    const { rows } = layers[i]!;
    const tiles = mapping.maxInputSize > 0 ? Math.ceil(rows / mapping.maxInputSize) : 1;
    const signal = rows * sx ** 2 * sw ** 2;
    const noise = rows * (sx ** 2 * sp ** 2 + sw ** 2 * inputs) + tiles * converters;
    noises.set(node, (noises.get(node) ?? 0) + noise / signal);
  }
  return noises;
}

/** Variance of rounding to steps of a range of 2 `bound`; `resolution` is a share of it, or a number of steps above 1. */
function rounding(resolution: number, bound: number): number {
  if (resolution <= 0) return 0;
  const step = 2 * bound * (resolution > 1 ? 1 / resolution : resolution);
  return step ** 2 / 12;
}

function merge(inputs: readonly Power[]): Power {
  if (inputs.length === 0) return { signal: 1, noise: 0 };
  return inputs.reduce((sum, { signal, noise }) => ({ signal: sum.signal + signal, noise: sum.noise + noise }), {
    signal: 0,
    noise: 0,
  });
}
