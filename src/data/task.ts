import type { ImageSet, ImageShape } from './image-set.js';
import type { Normalisation } from './normalise.js';

/** What a network for some images must look like: its input and its outputs. */
export interface Task {
  /** Name by which configurations call it, for example `cifar10`. */
  readonly name: string;
  /** Height, width and channels of the input. */
  readonly inputShape: ImageShape;
  /** Names of the classes; labels are indices into this list. */
  readonly classes: readonly string[];
}

/** Images of a task, ready to train and test with. */
export interface TaskData {
  readonly task: Task;
  /** Images that weights are trained on. */
  readonly train: ImageSet;
  /** Images that steer decisions (search, surrogate, early stopping); none of them is in `train`. */
  readonly validation: ImageSet;
  /** Images for final tables only. */
  readonly test: ImageSet;
  /** Mean and deviation per channel of the training images, on pixels / 255. */
  readonly normalise: Normalisation;
  /** Sentences that must be shown beside every result obtained with these images. */
  readonly notes: readonly string[];
  /** Equal for equal images, labels and split. */
  readonly fingerprint: string;
}

/** Labels of all images of one part of a task, and a way to get the pixels of some of them. */
export interface ImagePool {
  readonly labels: Uint8Array;
  /** The images at `indices`, in that order. */
  select(indices: Uint32Array): ImageSet;
}

/** A task opened at a place: its pools, before any split. */
export interface OpenedTask {
  readonly task: Task;
  readonly train: ImagePool;
  readonly test: ImagePool;
  readonly notes: readonly string[];
}

/** Where a task's images come from. To add a task, implement this and list it in `sources.ts`. */
export interface TaskSource {
  readonly name: string;
  /** One sentence for lists of tasks. */
  readonly summary: string;
  /** Whether images are read from a folder of the user's. */
  readonly needsFolder: boolean;
  /** @throws DATA_MISSING, DATA_INVALID when the folder does not hold the task's files. */
  open(place: { folder: string; files: string | undefined }): Promise<OpenedTask>;
  /**
   * Where a folder has several files to test on: one of them (the standard one if none is named), with the training
   * images of the same kind if the folder has them.
   * @throws DATA_MISSING, DATA_INVALID
   */
  openSplit?(folder: string, file: string | undefined): Promise<OpenedSplit>;
}

/** One file of test images, see {@link TaskSource.openSplit}. */
export interface OpenedSplit {
  readonly task: Task;
  readonly test: ImagePool;
  readonly train: ImagePool | undefined;
  readonly notes: readonly string[];
}
