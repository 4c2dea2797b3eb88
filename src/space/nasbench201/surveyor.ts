import type { Surveyor } from '../gene-family.js';
import type { TileSize } from '../search-space.js';
import { cellGeneNames, cellOps } from './cell.js';
import { encodeExtendedCell, extendedCellFeatures } from './encode.js';
import { countNasBench201 } from './network.js';
import type { NasBench201Definition } from './schema.js';

/**
 * The extended encoding and the counts of cells. There are 15,625 of them, so each is worked out once and kept: 3 MB for the
 * whole space.
 */
export function nasBench201Surveyor(definition: NasBench201Definition, tile: TileSize): Surveyor {
  const genesPerCell = cellGeneNames.length;
  const cells = cellOps.length ** genesPerCell;
  const width = extendedCellFeatures.length;
  const known = new Uint8Array(cells);
  const kept = new Float32Array(cells * width);
  const keptCounts = new Float64Array(cells * 3);
  return (genes, at, features, to, counts) => {
    let cell = 0;
    for (let i = 0; i < genesPerCell; i++) cell = cell * cellOps.length + genes[at + i]!;
    if (known[cell] === 0) {
      const own = genes.slice(at, at + genesPerCell);
      encodeExtendedCell(own, definition, tile, kept.subarray(cell * width, (cell + 1) * width));
      const { parameters, macs, cores } = countNasBench201(own, definition, tile);
      keptCounts.set([parameters, macs, cores], cell * 3);
      known[cell] = 1;
    }
    for (let i = 0, from = cell * width; i < width; i++) features[to + i] = kept[from + i]!;
    counts.parameters = keptCounts[cell * 3]!;
    counts.macs = keptCounts[cell * 3 + 1]!;
    counts.cores = keptCounts[cell * 3 + 2]!;
  };
}
