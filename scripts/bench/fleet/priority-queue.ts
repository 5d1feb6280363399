/** A queue that gives the least of its items first; a binary heap. */
export class PriorityQueue<Item> {
  readonly #items: Item[] = [];
  readonly #compare: (a: Item, b: Item) => number;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  add(item: Item): void {
    let place = this.#items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#swapIfLess(place, parent)) return;
      place = parent;
    }
  }

  /** Takes the least item out; undefined where there is none. */
  take(): Item | undefined {
    const least = this.#items[0];
    const last = this.#items.pop();
    if (this.#items.length === 0 || last === undefined) return least;
    this.#items[0] = last;
    this.#sink();
    return least;
  }

  #sink(): void {
    let place = 0;
    for (;;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const [first, second] = [this.#items[left], this.#items[right]];
      if (first === undefined) return;
      const child = second !== undefined && this.#compare(second, first) < 0 ? right : left;
      if (!this.#swapIfLess(child, place)) return;
      place = child;
    }
  }

  #swapIfLess(child: number, parent: number): boolean {
    const [low, high] = [this.#items[child], this.#items[parent]];
    if (low === undefined || high === undefined || this.#compare(low, high) >= 0) return false;
    this.#items[child] = high;
    this.#items[parent] = low;
    return true;
  }
}
