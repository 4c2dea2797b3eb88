import type { MappedLayer, Mapping } from './mapping.js';
import { groupBy, total } from './totals.js';

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
 * formed where the first part of its rows lies; a digital layer is computed where the results lie that it reads.
 */
function chipCrossings(mapping: Mapping): (from: MappedLayer, to: MappedLayer) => number {
  const shares = resultShares(mapping);
  const blocks = groupBy(mapping.blocks, ({ layer }) => layer);
  const readersOf = ({ id, digital }: MappedLayer) =>
    digital ? [...shares.get(id)!.keys()] : blocks.get(id)!.map(({ core }) => chipOfCore(mapping, core));
  return (from, to) => {
    if (to.digital && from.id === to.reads[0]!.from) return 0;
    const readers = new Set(readersOf(to));
    return total([...shares.get(from.id)!], ([chip, share]) => share * (readers.size - (readers.has(chip) ? 1 : 0)));
  };
}

/** Which share of each layer's results lies on which chip. Digital layers that read no other layer are on the first. */
function resultShares(mapping: Mapping): Map<string, ReadonlyMap<number, number>> {
  const blocks = groupBy(mapping.blocks, ({ layer }) => layer);
  const shares = new Map<string, ReadonlyMap<number, number>>();
  for (const { id, digital, reads, cols, copies, parts } of mapping.layers) {
    const own = new Map<number, number>();
    const firstRow = new Map(parts.toReversed().map(({ rowRange, colRange }) => [colRange[0], rowRange[0]]));
    for (const { core, rowRange, colRange } of blocks.get(id) ?? []) {
      if (rowRange[0] !== firstRow.get(colRange[0])) continue;
      const chip = chipOfCore(mapping, core);
      own.set(chip, (own.get(chip) ?? 0) + (colRange[1] - colRange[0]) / (cols * copies));
    }
    const source = reads[0] && shares.get(reads[0].from);
    shares.set(id, digital ? (source ?? new Map([[0, 1]])) : own);
  }
  return shares;
}
