import type { Chip } from './description.js';

/**
 * Cores that matrices need with one block per core, in closed form: the sum of ceil(rows / R) x ceil(cols / C).
 * The same count as {@link mapNetwork} gives, without building a mapping.
 *
 * @param layers the matrices of a network; those of depthwise convolutions as dense blocks
 */
export function coreCount(layers: readonly { rows: number; cols: number }[], chip: Chip): number {
  const rows = chip.rows.value;
  const columns = chip.columns.value;
  let cores = 0;
  for (const layer of layers) cores += Math.ceil(layer.rows / rows) * Math.ceil(layer.cols / columns);
  return cores;
}
