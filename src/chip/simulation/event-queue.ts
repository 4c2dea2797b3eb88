/** Events by time; those of the same time leave in the order in which they came (a binary heap). */
export class EventQueue<E> {
  readonly #heap: { readonly at: number; readonly order: number; readonly event: E }[] = [];
  #pushed = 0;

  push(at: number, event: E): void {
    const heap = this.#heap;
    heap.push({ at, order: this.#pushed++, event });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Takes the earliest event; undefined when there is none. */
  pop(): { readonly at: number; readonly event: E } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || heap.length === 0) return first;
    heap[0] = last!;
    let parent = 0;
    for (;;) {
      let earliest = parent;
      const child = 2 * parent + 1;
      if (child < heap.length && this.#before(child, earliest)) earliest = child;
      if (child + 1 < heap.length && this.#before(child + 1, earliest)) earliest = child + 1;
      if (earliest === parent) return first;
      this.#swap(parent, earliest);
      parent = earliest;
    }
  }

  #before(i: number, j: number): boolean {
    const a = this.#heap[i]!;
    const b = this.#heap[j]!;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(i: number, j: number): void {
    const moved = this.#heap[i]!;
    this.#heap[i] = this.#heap[j]!;
    this.#heap[j] = moved;
  }
}
