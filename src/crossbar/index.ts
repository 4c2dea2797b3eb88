export { fromAihwkit, toAihwkit } from './config/aihwkit.js';
export {
  type CrossbarConfig,
  type CrossbarInput,
  crossbarConfigSchema,
  type Engine,
  engineOf,
} from './config/crossbar-config.js';
export type { IoParameters } from './config/io-parameters.js';
export { crossbarPath, crossbarWith, loadCrossbar } from './config/load.js';
export type { Mapping } from './config/mapping.js';
export type { InputRangeParameters } from './config/pre-post.js';
export { defaultPreset } from './config/presets.js';
export { crossbarPresets, resolveCrossbar } from './config/resolve.js';
export { checkSupported } from './config/torch-restrictions.js';
export { AnalogLayer, type HwaContext } from './layer/analog-layer.js';
export type { OutputStage } from './layer/forward-call.js';
export { layerVectors } from './layer/im2col.js';
export type { LayerPeriphery, LayerQuantisers } from './layer/layer-periphery.js';
export {
  type ExplicitPad,
  explicitPad,
  type LayerShape,
  layerOutputShape,
  matrixCols,
  matrixRows,
  type Padding,
} from './layer/layer-shape.js';
export { matrixOrder } from './layer/row-order.js';
export {
  type OptimisedProgramming,
  optimiseProgramming,
  type ProgrammingOptions,
} from './programming/optimise-programming.js';
export { calibrateRanges } from './quantiser/calibrate.js';
export { hasQuantisedPeriphery } from './quantiser/quantised-periphery.js';
export {
  activationQuantiser,
  Quantiser,
  type QuantiserState,
  type QuantiserValues,
  type StepGradients,
  weightQuantiser,
} from './quantiser/quantiser.js';
export { type CoreDifferences, coreDifferencesSchema } from './tile/core-differences.js';
export { splitSizes, type TileGrid, type TilePlace, tileGrid, tilePlaces } from './tile/grid.js';
