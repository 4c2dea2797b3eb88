import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { namedLimits, namedShortLimits } from '../chip/index.js';
import { fail, parseWith } from '../config/index.js';
import { taskSpecSchema } from '../data/index.js';
import { mostWorkers, supernetSchema } from '../evaluate/index.js';
import { type SurrogateKind, surrogateKinds, zeroCostNames } from '../surrogate/index.js';
import { backendNames } from '../tensor/index.js';
import { digitalTrainingSchema, driftEvaluationSchema, hwaTrainingSchema } from '../training/index.js';
import { durationSchema } from './duration.js';
import { halvingSchema } from './halving/schema.js';
import { objectiveSchema, oneDay } from './objective.js';
import { bayesianSchema } from './strategies/bayesian.js';
import { evolutionSchema } from './strategies/evolution.js';
import { defaultsOf, strategyNames, surrogateOf } from './strategies/index.js';
import { regularizedEvolutionSchema } from './strategies/regularized-evolution.js';

const count = z.int().min(1);
const limit = (what: string, absent = 'no limit if absent') =>
  z.number().positive().optional().describe(`${what}; ${absent}`);

/** Limits that files of spaces may bring, too. */
const orOfSpace = "that of the space's file if absent";

const limitsSchema = z
  .strictObject({
    preset: z
      .enum(Object.keys(namedLimits))
      .optional()
      .describe('limits by name; those that are given here replace its own (docs/guides/chip.md lists them)'),
    params: limit('most trainable parameters and batch norm statistics', orOfSpace),
    macs: limit('most multiply-accumulates of one inference', orOfSpace),
    avm: z.number().min(0).max(1).default(1).describe('highest loss of accuracy from the first time to the last, 0..1'),
    cores: limit('most cores of the chip, one block per core', orOfSpace),
    latency: limit('longest inference on the chip, seconds'),
    energy: limit('highest energy of one inference on the chip, joules'),
  })
  .describe('what a candidate may cost; every architecture that is proposed meets these');

const searchSchema = z
  .strictObject({
    strategy: z.enum(strategyNames).default('evolution').describe('how architectures are proposed'),
    trials: count.default(40).describe('architectures to train and simulate'),
    evaluateTop: count.default(4).describe('architectures per batch: proposed together, then learnt from'),
    maxSeconds: z
      .number()
      .positive()
      .optional()
      .describe('begin no batch after this time; the result then depends on the machine'),
    patience: count.optional().describe('end the search after this many trials without a better one; never if absent'),
    targetAccuracy: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('end the search once a trial within limits.avm has this 1-day accuracy, 0..1; never if absent'),
    enqueue: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'architectures to measure before anything is proposed: names of baselines, as near as the space comes to them, files, or genes written out',
      ),
    from: z
      .union([
        z
          .string()
          .min(1)
          .transform((id) => [id]),
        z.array(z.string().min(1)),
      ])
      .default([])
      .describe(
        'ids of earlier runs over the same space: results measured alike are taken over, else their best are measured anew',
      ),
    halving: halvingSchema.optional(),
    ...evolutionSchema.shape,
    population: z
      .int()
      .min(2)
      .optional()
      .describe(`candidates or parents at the same time; if absent ${defaultsOf('population')}`),
    generations: z
      .int()
      .min(1)
      .optional()
      .describe(`generations on the surrogate before each batch of trials; if absent ${defaultsOf('generations')}`),
    crossover: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(`share of children that have two parents; if absent ${defaultsOf('crossover')}`),
    tournament: regularizedEvolutionSchema.shape.tournament,
    candidates: bayesianSchema.shape.candidates,
  })
  .describe('the strategy and its budget');

const surrogateSchema = z
  .strictObject({
    kind: z
      .enum(['auto', ...surrogateKinds, 'none'])
      .default('auto')
      .describe(`what predicts accuracy, variation and spread; auto: ${surrogateDefaults()}`),
    after: z.int().min(4).default(16).describe('successful trials from which on it takes part'),
    warmStart: z.string().min(1).optional().describe('a folder with a trained surrogate and its data to begin with'),
    zeroCost: z
      .array(z.enum(zeroCostNames))
      .default([])
      .describe(
        'features of the untrained network that it sees too; all but crossbarSnr build every candidate, some ten milliseconds to a second each',
      ),
  })
  .describe('the model that ranks candidates');

const evaluationSchema = z
  .strictObject({
    mode: z
      .enum(['full', 'supernet'])
      .default('full')
      .describe(
        'full trains every candidate; supernet trains one network that holds the weights of all, and candidates inherit them',
      ),
    ...driftEvaluationSchema.shape,
    times: z
      .array(durationSchema)
      .min(1)
      .default([1, 3600, oneDay, 30 * oneDay])
      .describe('times after programming, rising, in seconds or with a unit (1h, 30d); one day must be among them'),
    supernet: supernetSchema.prefault({}),
  })
  .superRefine((value, context) => {
    for (const { path, message } of driftEvaluationSchema.safeParse(driftOf(value)).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    if (!value.times.includes(oneDay)) {
      context.addIssue({
        code: 'custom',
        path: ['times'],
        message: 'times with one day (86400 or 1d) among them: networks are compared there',
      });
    }
  })
  .describe('programming, drift and test of the trained networks');

/** The part of the section `evaluation` that says how a trained network is measured. */
export function driftOf<T extends { mode: unknown; supernet: unknown }>(evaluation: T): Omit<T, 'mode' | 'supernet'> {
  const { mode: _mode, supernet: _supernet, ...drift } = evaluation;
  return drift;
}

const finalSchema = z
  .strictObject({
    top: count.default(1).describe('architectures of the final table, trained again and measured on the test images'),
    shortlist: count
      .optional()
      .describe(
        'so many of the best trials are first trained as for the table and compared on the validation images, and the best of them enter it; top or more; if absent, the best trials enter it',
      ),
    baseline: z.string().nullable().default('resnet8').describe('network to compare with; null for none'),
    train: count
      .optional()
      .describe('at most this many images to train on, fewer or more than in the search; as in the search if absent'),
    repeats: count.optional().describe('programmings; as in evaluation if absent'),
    digitalEpochs: count.optional().describe('epochs of digital training; as in the search if absent'),
    hwaEpochs: z.int().min(0).optional().describe('epochs of fine-tuning; as in the search if absent'),
  })
  .superRefine(({ top, shortlist }, context) => {
    if (shortlist === undefined || shortlist >= top) return;
    context.addIssue({ code: 'custom', path: ['shortlist'], message: `final.top = ${top} or more` });
  })
  .describe('the final table');

/** Everything that a search is told: one document, YAML or JSON. */
export const searchConfigSchema = z.strictObject({
  task: taskSpecSchema,
  space: z.string().min(1).describe('a search space by name, or the path of its file'),
  chip: z.string().min(1).default('hermes-64').describe('a chip by name, or the path of its file'),
  crossbar: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .default('pcm-8bit-256')
    .describe('a crossbar by name, or its settings'),
  seed: z.int().min(0).default(1).describe('all chance of the run comes from it'),
  workers: z
    .union([count.max(mostWorkers), z.literal('auto')])
    .default('auto')
    .describe('trials at the same time; auto: one per core'),
  backend: z
    .string()
    .default('auto')
    .describe(`auto, ${backendNames.join(', ')}`),
  objective: objectiveSchema,
  limits: limitsSchema.prefault({}),
  search: searchSchema.prefault({}),
  surrogate: surrogateSchema.prefault({}),
  training: z
    .strictObject({ digital: digitalTrainingSchema.prefault({}), hwa: hwaTrainingSchema.prefault({}) })
    .prefault({}),
  evaluation: evaluationSchema.prefault({}),
  final: finalSchema.prefault({}),
});

/** A complete configuration, defaults filled in. */
export type SearchConfig = z.output<typeof searchConfigSchema>;

/**
 * Validates a configuration and fills in the defaults. Paths become absolute, so that a run can be resumed from
 * another folder.
 *
 * @param source the file it came from; named in errors
 * @throws CONFIG_INVALID with the path of the wrong value; unknown keys are named with the nearest known one
 */
export function parseSearchConfig(value: unknown, source: string): SearchConfig {
  const config = parseWith(searchConfigSchema, withMode(value), source);
  const { data } = config.task;
  const { preset } = config.limits;
  refuseHalvedSupernet(config, source);
  refuseShortFinal(config, source);
  return {
    ...config,
    ...(preset !== undefined && { limits: { ...namedShortLimits(preset), ...config.limits } }),
    task: { ...config.task, ...(data !== undefined && { data: resolve(data) }) },
    space: fixedPath(config.space),
    chip: fixedPath(config.chip),
    search: { ...config.search, enqueue: config.search.enqueue.map(fixedPath) },
    ...(config.surrogate.warmStart !== undefined && {
      surrogate: { ...config.surrogate, warmStart: fixedPath(config.surrogate.warmStart) },
    }),
  };
}

/** Candidates that inherit their weights are not trained, so that there is nothing to save on. */
function refuseHalvedSupernet({ search, evaluation }: SearchConfig, source: string): void {
  if (search.halving === undefined || evaluation.mode !== 'supernet') return;
  fail('CONFIG_INVALID', 'Successive halving shortens trainings, and candidates of a supernet have none.', {
    source,
    path: 'search.halving',
    found: 'evaluation.mode: supernet',
    accepted: 'search.halving with evaluation.mode: full',
  });
}

/** A final training with fewer epochs than the search's keeps its warm-up, which must end before the training does. */
function refuseShortFinal({ training, final }: SearchConfig, source: string): void {
  const finals = { digital: final.digitalEpochs, hwa: final.hwaEpochs };
  for (const kind of ['digital', 'hwa'] as const) {
    const { warmupEpochs } = training[kind];
    const epochs = finals[kind];
    if (epochs === undefined || warmupEpochs === 0 || warmupEpochs < epochs) continue;
    fail('CONFIG_INVALID', 'The final training would end before its learning rate has risen.', {
      source,
      path: `final.${kind}Epochs`,
      found: `${epochs}, with training.${kind}.warmupEpochs = ${warmupEpochs}`,
      accepted: `more than ${warmupEpochs}`,
      hint: `a shorter training.${kind}.warmupEpochs`,
    });
  }
}

/**
 * The kind of surrogate that takes part in a search, or null where none does.
 *
 * @throws CONFIG_INVALID when the strategy cannot do without one
 */
export function surrogateKindOf({
  search,
  surrogate,
}: Pick<SearchConfig, 'search' | 'surrogate'>): SurrogateKind | null {
  const own = surrogateOf(search.strategy);
  if (own === null) return null;
  if (surrogate.kind === 'auto') return own.kind;
  if (surrogate.kind !== 'none') return surrogate.kind;
  if (!own.needed) return null;
  return fail('CONFIG_INVALID', `The strategy ${search.strategy} works with a surrogate.`, {
    path: 'surrogate.kind',
    found: 'none',
    accepted: ['auto', ...surrogateKinds].join(', '),
    hint: 'name a surrogate, or a strategy that needs none',
  });
}

/** Which kind advises which strategy: `evolution xgboost, bayesian gp`. */
function surrogateDefaults(): string {
  return strategyNames
    .flatMap((name) => {
      const own = surrogateOf(name);
      return own === null ? [] : [`${name} ${own.kind}`];
    })
    .join(', ');
}

/** `evaluation: supernet` is short for `evaluation: { mode: supernet }`. */
function withMode(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('evaluation' in value)) return value;
  return typeof value.evaluation === 'string' ? { ...value, evaluation: { mode: value.evaluation } } : value;
}

/** Number of workers that a configuration asks for. */
export function workerCount({ workers }: Pick<SearchConfig, 'workers'>): number {
  return workers === 'auto' ? availableParallelism() : workers;
}

/** Names stay names; what looks like a path is made absolute. */
function fixedPath(nameOrFile: string): string {
  const isPath = !/^\s*[([{]/.test(nameOrFile) && /[/\\]|\.(json|ya?ml)$/.test(nameOrFile);
  return isPath && !isAbsolute(nameOrFile) ? resolve(nameOrFile) : nameOrFile;
}
