import { z } from 'zod';
import { fail } from '../config/index.js';
import { createRng } from '../tensor/index.js';
import { fingerprintOf, type ImageSet, shrinkImages } from './image-set.js';
import { channelStatistics } from './normalise.js';
import { defaultDataFolder, taskNames, taskSource } from './sources.js';
import { capped, stratifiedOrder, stratifiedSplit } from './split.js';
import type { TaskData } from './task.js';

const cap = (what: string) => z.int().min(1).optional().describe(`at most this many ${what}; all of them if absent`);

/** The `task` section of a configuration. */
export const taskSpecSchema = z
  .strictObject({
    name: z.enum(taskNames as [string, ...string[]]).describe('which task'),
    data: z
      .string()
      .min(1)
      .optional()
      .describe('folder with its files; data/<name> if absent; generated tasks need none'),
    files: z
      .string()
      .optional()
      .describe('which files of the folder, where a task has a choice: cifar10 has batches (the default) and lossless'),
    train: cap('images to train on, out of four fifths of the training images'),
    validation: cap('images to steer decisions by, out of the remaining fifth of the training images'),
    test: cap('images for final tables'),
    side: z
      .int()
      .min(4)
      .optional()
      .describe(
        'shrink the images to so many pixels a side, each the mean of a block, and build the networks for these: a cheap proxy; must divide the side of the images',
      ),
  })
  .describe('what the networks shall learn');

/** Which images to load. */
export type TaskSpec = z.output<typeof taskSpecSchema>;

/**
 * Loads a task: 20 % of its training images, seeded and stratified, become the validation set; then each part is cut to
 * its limit, stratified, so that with one seed a smaller part is contained in a larger one.
 *
 * @param spec as in a configuration, with the run's seed
 * @throws DATA_MISSING, DATA_INVALID, CONFIG_INVALID in words for the user
 * @example
 * const data = await loadTask({ name: 'synthetic-shapes', train: 2000, seed: 1 });
 * data.train.count; // 2000
 */
export async function loadTask(spec: Readonly<TaskSpec> & { readonly seed: number }): Promise<TaskData> {
  requireLimits(spec);
  const source = taskSource(spec.name);
  const folder = spec.data ?? defaultDataFolder(spec.name);
  const opened = await source.open({ folder, files: spec.files });
  const rng = createRng(spec.seed, `data/${spec.name}`);
  const split = stratifiedSplit(opened.train.labels, rng.child('validation'));
  const sized = (images: ImageSet) => (spec.side === undefined ? images : shrinkImages(images, spec.side));
  const train = sized(opened.train.select(capped(split.train, spec.train)));
  const validation = sized(opened.train.select(capped(split.validation, spec.validation)));
  const testOrder = stratifiedOrder(opened.test.labels, rng.child('test'));
  const test = sized(opened.test.select(capped(testOrder, spec.test)));
  return {
    task: { ...opened.task, inputShape: train.shape },
    train,
    validation,
    test,
    normalise: channelStatistics(train),
    notes: spec.side === undefined ? opened.notes : [...opened.notes, shrunkNote(spec.side)],
    fingerprint: fingerprintOf([train, validation, test]),
  };
}

/** A limit that is no number of images would leave a part empty, or cut it from its end. */
function requireLimits({ train, validation, test }: Readonly<TaskSpec>): void {
  for (const [part, limit] of Object.entries({ train, validation, test })) {
    if (limit === undefined || (Number.isInteger(limit) && limit >= 1)) continue;
    fail('CONFIG_INVALID', 'This is not a number of images.', {
      path: `task.${part}`,
      found: String(limit),
      accepted: 'a whole number >= 1; all images if absent',
    });
  }
}

function shrunkNote(side: number): string {
  return `images shrunk to ${side}x${side} pixels: accuracies are lower than at full size`;
}
