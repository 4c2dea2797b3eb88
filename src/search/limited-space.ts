import type { Chip } from '../chip/index.js';
import { loadSpace, type SearchSpace, type SpaceLimits } from '../space/index.js';
import type { SearchConfig } from './config.js';

/**
 * The space of a run, for its images and the cores of its chip. The run's limits go before those of the space's file;
 * what the run leaves open is bounded as the file says.
 */
export function limitedSpace(
  { space, task, limits: { params, macs, cores } }: Pick<SearchConfig, 'space' | 'task' | 'limits'>,
  chip: Chip,
): SearchSpace {
  const own: SpaceLimits = {
    ...(params !== undefined && { params }),
    ...(macs !== undefined && { macs }),
    ...(cores !== undefined && { cores }),
  };
  return loadSpace(space, { rows: chip.rows.value, cols: chip.columns.value }, task.side).withLimits(own);
}
