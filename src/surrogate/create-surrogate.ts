import { fail, nearestWord } from '../config/index.js';
import type { SearchSpace } from '../space/index.js';
import { BlendMaker } from './blend/maker.js';
import type { GaussianProcessOptions } from './gaussian-process/gaussian-process.js';
import { GaussianProcessMaker } from './gaussian-process/maker.js';
import type { ModelMaker } from './model.js';
import { ModelSurrogate, type SurrogateOptions } from './model-surrogate.js';
import { NetworkEnsembleMaker, type NetworkEnsembleOptions } from './neural/maker.js';
import type { Surrogate } from './surrogate.js';
import { type SurrogateKind, surrogateKinds } from './surrogate-kind.js';
import { XgboostMaker, type XgboostMakerOptions } from './xgboost/maker.js';

/** Options of a surrogate: those of every kind, and those of its models. */
export interface CreateSurrogateOptions extends SurrogateOptions {
  /** Boosting rounds of every XGBoost model; by default those of its recipe. */
  readonly rounds?: number;
  readonly xgboost?: XgboostMakerOptions;
  readonly gp?: GaussianProcessOptions;
  readonly mlp?: NetworkEnsembleOptions;
}

/**
 * A surrogate of a kind for a space.
 *
 * @throws SURROGATE_UNAVAILABLE where it needs the XGBoost library and that is missing; SURROGATE_INVALID for a kind that
 *   does not exist
 * @example
 * const surrogate = createSurrogate('gp', loadSpace('resnet-tiny'));
 * surrogate.fit(rows, createRng(1));
 * const [{ score, mean, deviation, inRange }] = surrogate.predict([architecture]);
 */
export function createSurrogate(
  kind: SurrogateKind,
  space: SearchSpace,
  options: CreateSurrogateOptions = {},
): Surrogate {
  return new ModelSurrogate(kind, createMaker(kind, options), space, options);
}

/** What fits the models of a kind. @throws SURROGATE_UNAVAILABLE, SURROGATE_INVALID */
export function createMaker(kind: SurrogateKind, options: CreateSurrogateOptions = {}): ModelMaker {
  switch (kind) {
    case 'xgboost':
      return new XgboostMaker({ rounds: options.rounds, ...options.xgboost });
    case 'gp':
      return new GaussianProcessMaker(options.gp);
    case 'mlp':
      return new NetworkEnsembleMaker(options.mlp);
    case 'blend':
      return new BlendMaker(createMaker('xgboost', options), createMaker('gp', options));
    default:
      return refuseKind(kind);
  }
}

function refuseKind(kind: never): never {
  const guess = nearestWord(String(kind), surrogateKinds);
  return fail(
    'SURROGATE_INVALID',
    `There is no surrogate of the kind "${kind}".${guess === undefined ? '' : ` Did you mean "${guess}"?`}`,
    { path: 'kind', found: String(kind), accepted: surrogateKinds.join(', ') },
  );
}
