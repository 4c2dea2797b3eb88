import { fail } from '../config/index.js';
import type { ImageSet } from './image-set.js';
import { defaultDataFolder, taskSource } from './sources.js';
import type { Task } from './task.js';

/** Which images a trained network is tested on. */
export interface ImageRequest {
  /** Name of the task, for example `cifar10`. */
  readonly task: string;
  /** `data/<task>` if absent. */
  readonly folder?: string | undefined;
  /** A file of the folder; the task's test images if absent. */
  readonly split?: string | undefined;
  /** The first so many; all if absent. */
  readonly count?: number | undefined;
}

/** Images to test a trained network on. */
export interface TestImages {
  readonly task: Task;
  readonly images: ImageSet;
  /** The first training images of the same kind, to find input ranges with; undefined where the folder has none. */
  readonly training: ImageSet | undefined;
  /** Sentences that must be shown beside every result obtained with these images. */
  readonly notes: readonly string[];
}

/** Training images that {@link loadImages} offers. */
const TRAINING_IMAGES = 512;

/**
 * The first images of a file, in the file's order: what a network that was trained elsewhere is measured on.
 *
 * @throws CONFIG_INVALID, DATA_MISSING, DATA_INVALID, or USAGE where none or more images are asked for than there are
 * @example await loadImages({ task: 'cifar10', folder: 'data/cifar10', split: 'lossless_test.bin', count: 1000 })
 */
export async function loadImages({ task: name, folder, split, count }: ImageRequest): Promise<TestImages> {
  const source = taskSource(name);
  const place = folder ?? defaultDataFolder(name);
  if (split !== undefined && source.openSplit === undefined) {
    fail('USAGE', `The task ${name} has no files to choose from.`, { source: '--split', found: split });
  }
  const { task, test, train, notes } =
    source.openSplit === undefined
      ? await source.open({ folder: place, files: undefined })
      : await source.openSplit(place, split);
  const available = test.labels.length;
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= available)) {
    fail('USAGE', count > available ? 'There are not so many images.' : 'This is not a number of images.', {
      source: split === undefined ? place : `${place}/${split}`,
      found: `${count} asked for`,
      accepted: `1 to ${available}`,
    });
  }
  return {
    task,
    images: test.select(first(count ?? available)),
    training: train?.select(first(Math.min(TRAINING_IMAGES, train.labels.length))),
    notes,
  };
}

function first(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}
