import { positionsOfCopy } from '../map-layers.js';
import type { MappedLayer } from '../mapping.js';

/** How far a layer has come over all inferences; its vectors are numbered inference x positions + position. */
export class LayerState {
  /** Vectors that are complete without a gap before them. */
  complete = 0;
  /** Time that one vector takes. */
  serviceSeconds = 0;
  readonly spans: { start: number; end: number }[];
  /** Blocks that still work on each vector. */
  readonly #pending: Uint32Array;

  constructor(
    readonly layer: MappedLayer,
    readonly index: number,
    inferences: number,
    blocksPerVector: number,
  ) {
    this.#pending = new Uint32Array(inferences * layer.positions).fill(blocksPerVector);
    this.spans = Array.from({ length: inferences }, () => ({ start: Number.POSITIVE_INFINITY, end: 0 }));
  }

  /** The vector that a copy works on as its n-th: copies take turns within each inference. */
  vectorOf(copy: number, nth: number): number {
    const share = positionsOfCopy(this.layer, copy);
    return Math.floor(nth / share) * this.layer.positions + (nth % share) * this.layer.copies + copy;
  }

  /** One block is through with a vector. Returns whether vectors became complete. */
  finish(vector: number): boolean {
    this.#pending[vector]!--;
    const before = this.complete;
    while (this.complete < this.#pending.length && this.#pending[this.complete] === 0) this.complete++;
    return this.complete > before;
  }
}

/**
 * Vectors of a source, over all inferences, that must be complete before a vector of a consumer can start.
 *
 * @param needs what the consumer's vectors need of the source, see {@link Source}
 */
export function neededOf(source: MappedLayer, consumer: MappedLayer, needs: readonly number[], vector: number): number {
  const own = needs[vector % consumer.positions]!;
  return own === 0 ? 0 : Math.floor(vector / consumer.positions) * source.positions + own;
}
