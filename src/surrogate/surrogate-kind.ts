/** Kinds of surrogates. */
export const surrogateKinds = ['xgboost', 'gp', 'mlp', 'blend'] as const;

/**
 * `xgboost`: ranker and regressors, an ensemble for the uncertainty. `gp`: Gaussian process, the most honest uncertainty
 * and the best of them below some hundred rows. `mlp`: ensemble of small networks. `blend`: ranker and Gaussian process
 * averaged, the best order and the longest to fit.
 */
export type SurrogateKind = (typeof surrogateKinds)[number];
