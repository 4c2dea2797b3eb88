import fc from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that a landing never fails by the luck of the draw.
 * `PROPERTY_SEED=<integer> npm test` draws others.
 */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
