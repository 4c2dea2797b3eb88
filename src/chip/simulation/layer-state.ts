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
  readonly #pending: Uint16Array;

  constructor(
    readonly layer: MappedLayer,
    readonly index: number,
    inferences: number,
    blocksPerVector: number,
  ) {
    this.#pending = new Uint16Array(inferences * layer.positions).fill(blocksPerVector);
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
 * Vectors of a source that must be complete before a vector of a consumer can start: its proportional share, and the
 * rows and columns of the window that lie ahead. A layer of a single vector (dense) needs the whole source.
 */
export function neededOf(source: MappedLayer, consumer: MappedLayer, vector: number): number {
  const inference = Math.floor(vector / consumer.positions);
  const position = vector % consumer.positions;
  const share = Math.ceil(((position + 1) * source.positions) / consumer.positions);
  const ahead = consumer.positions === 1 ? source.positions : share + consumer.lookahead;
  return inference * source.positions + Math.min(source.positions, ahead);
}
