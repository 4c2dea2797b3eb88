import type { Rng, tf } from '../../tensor/index.js';
import type { CrossbarConfig } from '../config/crossbar-config.js';
import type { MvmTile } from '../mvm/analog-mvm.js';
import type { LayerGrid } from './layer-grid.js';
import type { LayerShape } from './layer-shape.js';

/** A layer in training. */
export interface HwaLayer {
  readonly shape: LayerShape;
  readonly grid: LayerGrid;
  readonly config: CrossbarConfig;
  readonly tiles: readonly MvmTile[];
  /** A variable is learned. */
  readonly inputRange: number | readonly number[] | tf.Variable;
  readonly rng: Rng;
}
