import type { Rng } from '../tensor/index.js';

/** Share of the training images that becomes the validation set. */
export const validationShare = 0.2;

/** Disjoint image indices for training and validation. */
export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/**
 * All indices in a seeded order of which every prefix has about the class shares of the whole: with n classes of equal
 * size, any n consecutive indices hold one of each. So "the first k" is a stratified sample, and a smaller sample is
 * contained in a larger one.
 */
export function stratifiedOrder(labels: Uint8Array, rng: Rng): Uint32Array {
  return interleave(shuffledClasses(labels, rng));
}

/** Takes 20 % of each class, seeded, for validation; both parts come in stratified order. */
export function stratifiedSplit(labels: Uint8Array, rng: Rng): Split {
  const classes = shuffledClasses(labels, rng);
  const cut = (members: number[]) => Math.round(members.length * validationShare);
  return {
    validation: interleave(classes.map((members) => members.slice(0, cut(members)))),
    train: interleave(classes.map((members) => members.slice(cut(members)))),
  };
}

/** The first `limit` indices, or all where there are fewer or no limit is given. */
export function capped(indices: Uint32Array, limit: number | undefined): Uint32Array {
  return limit === undefined ? indices : indices.subarray(0, limit);
}

/** For each class its image indices, shuffled by a stream of its own. */
function shuffledClasses(labels: Uint8Array, rng: Rng): number[][] {
  const classes: number[][] = [];
  labels.forEach((label, index) => {
    while (classes.length <= label) classes.push([]);
    classes[label]!.push(index);
  });
  return classes.map((members, label) => rng.child(`class/${label}`).shuffle(members));
}

/** Merges the classes so that each is spread evenly over the result: member k of n stands at position (k + 1/2) / n. */
function interleave(classes: readonly number[][]): Uint32Array {
  const placed = classes.flatMap((members, label) =>
    members.map((index, k) => ({ index, label, at: (k + 0.5) / members.length })),
  );
  placed.sort((a, b) => a.at - b.at || a.label - b.label);
  return Uint32Array.from(placed, ({ index }) => index);
}
