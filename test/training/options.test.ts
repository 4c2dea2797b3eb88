import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { parseWith } from '../../src/config/index.js';
import { digitalTrainingSchema, driftEvaluationSchema, hwaTrainingSchema } from '../../src/training/index.js';

const message = (schema: z.ZodType, value: unknown) => {
  try {
    parseWith(schema, value, 'run.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('training options', () => {
  it('have defaults for everything', () => {
    expect(parseWith(digitalTrainingSchema, {}, 'run.yaml')).toMatchObject({
      epochs: 20,
      batchSize: 64,
      momentum: 0.9,
      schedule: 'cosine',
      decayAll: false,
      augment: { padCrop: 4, flip: true, cutout: 0 },
    });
    expect(parseWith(hwaTrainingSchema, {}, 'run.yaml')).toMatchObject({
      epochs: 5,
      inputRange: { method: 'quantile', images: 256 },
    });
    expect(parseWith(driftEvaluationSchema, {}, 'run.yaml').times).toEqual([1, 3600, 86_400, 2_592_000]);
  });

  it.each([
    [digitalTrainingSchema, { epochs: 0 }, 'epochs\n  found:    0\n  accepted: a value >= 1'],
    [digitalTrainingSchema, { epochs: 2.5 }, 'epochs\n  found:    2.5\n'],
    [digitalTrainingSchema, { learningRate: 0 }, 'learningRate\n  found:    0\n  accepted: a value > 0'],
    [digitalTrainingSchema, { momentum: 1 }, 'momentum\n  found:    1\n  accepted: a value < 1'],
    [digitalTrainingSchema, { schedule: 'cosin' }, 'did you mean "cosine"?'],
    [digitalTrainingSchema, { weightDeacy: 0 }, 'Did you mean "weightDecay"?'],
    [
      digitalTrainingSchema,
      { epochs: 3, warmupEpochs: 3 },
      'accepted: warmupEpochs < epochs must hold, got warmupEpochs=3, epochs=3',
    ],
    [hwaTrainingSchema, { epochs: -1 }, 'epochs\n  found:    -1\n  accepted: a value >= 0'],
    [hwaTrainingSchema, { inputRange: { quantile: 0 } }, 'inputRange.quantile\n  found:    0\n'],
    [driftEvaluationSchema, { times: [] }, 'accepted: a list with a length >= 1'],
    [driftEvaluationSchema, { times: [1, 86_400, 3600] }, 'accepted: rising times: 86400 comes before 3600'],
    [driftEvaluationSchema, { repeats: 0 }, 'repeats\n  found:    0\n'],
  ])('refuses %#: %j', (schema, value, expected) => {
    expect(message(schema, value)).toContain(expected);
  });
});
