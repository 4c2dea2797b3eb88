export type { LayerShape, Padding } from '../crossbar/index.js';
export { autoencoder } from './baselines/autoencoder.js';
export { dsCnn } from './baselines/ds-cnn.js';
export { baselineGraph, baselineNames } from './baselines/index.js';
export { mobileNetV1 } from './baselines/mobilenet-v1.js';
export { mobileNetV2 } from './baselines/mobilenet-v2.js';
export { type ResnetOptions, resnet } from './baselines/resnet.js';
export { type Resnet8Options, resnet8, resnetTiny } from './baselines/resnet8.js';
export { wideResnet } from './baselines/wide-resnet.js';
export {
  countLayers,
  countNetwork,
  type LayerCount,
  type NetworkCount,
  networkWeights,
} from './graph/count-network.js';
export {
  type Conv2dOptions,
  type DepthwiseConv2dOptions,
  GraphBuilder,
  type PoolOptions,
  type Size,
  Wire,
} from './graph/graph-builder.js';
export { inferShapes } from './graph/infer-shapes.js';
export { consumers, type MatrixLayer, matrixLayers } from './graph/matrix-layers.js';
export type { NetworkGraph } from './graph/network-graph.js';
export {
  type MatrixSpec,
  type Shape,
  showShape,
  sizeOf,
  type WeightInit,
  type WeightSpec,
} from './graph/op-definition.js';
export { type PlainActivation, plainActivations } from './graph/ops/activations.js';
export type { GraphNode, NodeOf, OpName } from './graph/ops/index.js';
export { parseGraph } from './graph/parse-graph.js';
export type { InputRanges, QuantisationRanges } from './model/analog-engines.js';
export { AnalogModel } from './model/analog-model.js';
export { applyNode, outputShape } from './model/apply-node.js';
export { type CalibrationType, calibrationTypes, isCalibrationType } from './model/calibration.js';
export type { CrossbarMatrix } from './model/crossbar-matrices.js';
export type { InputRangeOptions } from './model/input-ranges.js';
export { type ForwardOptions, Model } from './model/model.js';
export type { WeightMap, WeightValues } from './model/weight-map.js';
