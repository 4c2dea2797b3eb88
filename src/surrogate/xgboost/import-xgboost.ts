import { z } from 'zod';
import { fail, KirchhoffError, parseWith } from '../../config/index.js';
import { isLegacyBinary, readLegacyBinary } from './legacy-binary.js';
import { type StoredModel, TreeEnsemble } from './tree-ensemble.js';
import { parseUbjson } from './ubjson.js';

const numberList = z.array(z.number());

/** Numbers are text in XGBoost's documents; from version 3 on the base score is a list of one. */
const numberText = z
  .union([z.string(), z.number()])
  .transform((text) => Number(String(text).replace(/^\[(.*)\]$/, '$1')))
  .refine(Number.isFinite, 'a number');

/** The part of XGBoost's model document that predictions follow from. */
const documentSchema = z.object({
  learner: z.object({
    gradient_booster: z.object({
      name: z.literal('gbtree'),
      model: z.object({
        trees: z.array(
          z.object({
            left_children: numberList,
            right_children: numberList,
            split_indices: numberList,
            split_conditions: numberList,
            // 1 marks a split by category
            split_type: z.array(z.literal(0)).optional(),
          }),
        ),
      }),
    }),
    learner_model_param: z.object({
      base_score: numberText,
      num_feature: numberText,
      num_class: numberText.refine((classes) => classes <= 1, 'a model of one quantity').optional(),
    }),
    objective: z.object({ name: z.string() }),
  }),
});

/**
 * Reads a model that XGBoost wrote: JSON, UBJSON, or the legacy binary of IBM's published surrogates. The XGBoost library is
 * not needed, for reading or for predicting.
 *
 * @param source names the bytes in errors
 * @throws SURROGATE_INVALID when it is no gradient-boosted tree model of one quantity over numeric features
 * @example importXgboost(readFileSync('xgboost_ranker_acc.bst')).predict({ values, rows, cols: 22 })
 */
export function importXgboost(bytes: Uint8Array, source?: string): TreeEnsemble {
  return new TreeEnsemble(readStoredModel(bytes, source), source);
}

function readStoredModel(bytes: Uint8Array, source: string | undefined): StoredModel {
  try {
    if (isLegacyBinary(bytes)) return readLegacyBinary(bytes);
    return readDocument(isJson(bytes) ? JSON.parse(Buffer.from(bytes).toString('utf8')) : parseUbjson(bytes), source);
  } catch (error) {
    if (error instanceof KirchhoffError) throw error;
    return fail('SURROGATE_INVALID', 'This is not a model of XGBoost.', {
      ...(source !== undefined && { source }),
      found: (error as Error).message,
      accepted: 'JSON, UBJSON, or the legacy binary',
    });
  }
}

function readDocument(document: unknown, source = 'the model'): StoredModel {
  const { learner } = parseWith(documentSchema, document, source, 'SURROGATE_INVALID');
  return {
    objective: learner.objective.name,
    features: learner.learner_model_param.num_feature,
    baseScore: learner.learner_model_param.base_score,
    trees: learner.gradient_booster.model.trees.map((tree) => ({
      left: tree.left_children,
      right: tree.right_children,
      features: tree.split_indices,
      conditions: tree.split_conditions,
    })),
  };
}

/** A JSON document begins with `{"` or white space after the brace; UBJSON has a type marker there. */
function isJson(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  return /^\{\s*"/.test(start);
}
