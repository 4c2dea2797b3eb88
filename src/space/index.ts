export { type Feasibility, findFeasible, requireFeasible } from './find-feasible.js';
export { loadSpace, spaceNames } from './load-space.js';
export type {
  Architecture,
  ArchitectureCounts,
  EncodingKind,
  HypercubeSample,
  MutationKind,
  SearchSpace,
  SpaceLimits,
  SpaceTask,
  TileSize,
} from './search-space.js';
