export type { Conversion, ConversionScale, Converter } from './converter/converter.js';
export { type ConverterConfig, converterSchema, createConverter } from './converter/create.js';
export { createNoiseModel, type NoiseModelConfig, noiseModelSchema } from './noise/create.js';
export type { NoiseModel } from './noise/noise-model.js';
export { piecewiseLinear } from './piecewise-linear.js';
