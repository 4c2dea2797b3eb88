import type { Chip } from './description.js';
import { evenCuts, partsOf } from './split.js';

/**
 * Cores that matrices need with one block per core: the sum of ceil(rows / R) x ceil(cols / C), less the blocks that lie
 * wholly between groups. The same count as {@link mapNetwork} gives, without building a mapping.
 *
 * @param layers the matrices of a network; those of depthwise convolutions as dense blocks; `groups` is 1 if absent
 */
export function coreCount(
  layers: readonly { readonly rows: number; readonly cols: number; readonly groups?: number }[],
  chip: Chip,
): number {
  const rows = chip.rows.value;
  const columns = chip.columns.value;
  let cores = 0;
  for (const { rows: height, cols: width, groups = 1 } of layers) {
    cores +=
      groups === 1
        ? Math.ceil(height / rows) * Math.ceil(width / columns)
        : partsOf({ rows: height, cols: width, groups }, evenCuts(height, rows), evenCuts(width, columns)).length;
  }
  return cores;
}
