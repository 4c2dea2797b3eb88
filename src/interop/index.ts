export type { LayersModel } from '@tensorflow/tfjs-layers';
export { type ExportResult, exportModel } from './files/export-model.js';
export { loadModel, readModelInfo } from './files/load-model.js';
export { type FusionOptions, fusionExport, fusionImport } from './fusion/fusion.js';
export { loadLayersModel, saveLayersModel } from './layers/layers-files.js';
export { toLayersModel } from './layers/to-layers-model.js';
export { type ImportedNetwork, importOnnx, readOnnx } from './onnx/import-onnx.js';
export { optunaJournal } from './optuna/journal.js';
export type { AttributeValue, Distribution, Study, StudyParameter, StudyTrial } from './optuna/study.js';
