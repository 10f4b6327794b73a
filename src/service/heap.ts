/** A heap of numbers with a key each, the least key first; equal keys in no order. */
export class Heap {
  #size = 0;
  readonly #keys: Float64Array;
  readonly #values: Int32Array;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
    this.#values = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Least key; Infinity where there is none. */
  get least(): number {
    return this.#size === 0 ? Infinity : this.#keys[0]!;
  }

  push(key: number, value: number): void {
    const [keys, values] = [this.#keys, this.#values];
    let at = this.#size++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (keys[above]! <= key) break;
      keys[at] = keys[above]!;
      values[at] = values[above]!;
      at = above;
    }
    keys[at] = key;
    values[at] = value;
  }

  /** Takes the value of the least key. @throws RangeError where the heap is empty */
  pop(): number {
    if (this.#size === 0) throw new RangeError("a heap that is empty has no least value");
    const [keys, values] = [this.#keys, this.#values];
    const taken = values[0]!;
    const last = --this.#size;
    const [key, value] = [keys[last]!, values[last]!];
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= last) break;
      if (below + 1 < last && keys[below + 1]! < keys[below]!) below += 1;
      if (keys[below]! >= key) break;
      keys[at] = keys[below]!;
      values[at] = values[below]!;
      at = below;
    }
    keys[at] = key;
    values[at] = value;
    return taken;
  }
}
