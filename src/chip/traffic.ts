import type { Block, MappedLayer, Mapping } from './mapping.js';

/** Activations that one layer sends to another in one inference. */
export interface Traffic {
  readonly from: string;
  readonly to: string;
  /** Every result counted once, at the chip's bits per activation. */
  readonly bits: number;
  /** Bits on links between chips: every result once for each other chip that needs it; 0 on a single chip. */
  readonly chipBits: number;
}

/** What the layers send each other in one inference. What comes from or goes to the world outside is not listed. */
export function trafficOf(mapping: Mapping): Traffic[] {
  const { layers, chip } = mapping;
  const activation = chip.links.activationBits.value;
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const crossing = mapping.chips > 1 ? chipCrossings(mapping) : () => 0;
  return layers.flatMap((layer) =>
    layer.reads.map(({ from, values }) => {
      const bits = activation * values;
      return { from, to: layer.id, bits, chipBits: bits * crossing(byId.get(from)!, layer) };
    }),
  );
}

/** Number of the chip that holds a core. */
export function chipOfCore({ chip, chips }: Pick<Mapping, 'chip' | 'chips'>, core: number): number {
  return Math.floor((core % (chip.cores.value * chips)) / chip.cores.value);
}

/**
 * The share of a layer's results that has to be sent to another chip, counted once for each chip that needs them. A column's sum is
 * formed where the first part of its rows lies; digital layers are computed on the chip of whoever they work with.
 */
function chipCrossings(mapping: Mapping): (from: MappedLayer, to: MappedLayer) => number {
  const blocks = new Map<string, Block[]>(mapping.layers.map(({ id }) => [id, []]));
  for (const block of mapping.blocks) blocks.get(block.layer)!.push(block);
  return (from, to) => {
    const readers = new Set(blocks.get(to.id)!.map(({ core }) => chipOfCore(mapping, core)));
    let columns = 0;
    for (const { rowRange, colRange, core } of blocks.get(from.id)!) {
      if (rowRange[0] > 0) continue;
      const others = readers.size - (readers.has(chipOfCore(mapping, core)) ? 1 : 0);
      columns += (others * (colRange[1] - colRange[0])) / from.copies;
    }
    return columns / from.cols;
  };
}
