export { randomNormal, randomUniform } from './random-tensor.js';
export { createRng, Rng } from './rng.js';
export { fillNormalFrom, fillUniformFrom, type RandomSource } from './source.js';
