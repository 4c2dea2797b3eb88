export { type Feasibility, findFeasible, requireFeasible } from './find-feasible.js';
export { chipFor, chipWith, crossbarFor, hardwareNote } from './joint/chosen-hardware.js';
export { type HardwareChoice, hardwareOf } from './joint/hardware.js';
export { listedSpace } from './listed-space.js';
export { loadArchitecture } from './load-architecture.js';
export { loadSpace, spaceNames } from './load-space.js';
export { spaceFileName } from './own-space.js';
export { parseArchitecture } from './parse-architecture.js';
export type {
  Architecture,
  ArchitectureCounts,
  EncodingKind,
  Gene,
  HypercubeRepair,
  HypercubeSample,
  MutationKind,
  SearchSpace,
  SpaceLimits,
  SpaceTask,
  Survey,
  TileSize,
} from './search-space.js';
export { emptySurvey, surveyArchitectures } from './survey.js';
