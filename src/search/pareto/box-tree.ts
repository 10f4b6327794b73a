import type { Costs } from "./costs.ts";
import { dominates } from "./dominance.ts";

interface Priced {
  readonly costs: Costs;
}

/** Entries by their costs, in a tree of boxes, so that a look meets few of them. Equal entries may be held. */
export interface BoxTree<Entry extends Priced> {
  add(entry: Entry): void;
  /** Takes out every entry that `costs` dominates. */
  removeDominatedBy(costs: Costs): void;
  hasDominatorOf(costs: Costs): boolean;
  /**
   * What the entries take of the box between `costs` and the reference: each is moved into the box, cost by cost, and those
   * stay that are better than the reference everywhere and that no other one weakly dominates, of equal ones one.
   */
  limitsOf(costs: Costs, reference: Costs): readonly Costs[];
  entries(): Entry[];
  readonly size: number;
  /** Boxes and entries that were looked at so far. */
  readonly visitCount: number;
}

/** The entries of a leaf, or two boxes, with the bounds of what is in them; bounds may be wider after a removal. */
interface Box<Entry> {
  lower: number[];
  upper: number[];
  size: number;
  entries: Entry[];
  parts: readonly [Box<Entry>, Box<Entry>] | null;
  /** Entries below `middle` in the objective `axis` go to the first part, those above to the second. */
  axis: number;
  middle: number;
}

/** A box that may hold limits, the best that one could be, and the volume of that. */
interface Waiting<Entry> {
  readonly box: Box<Entry>;
  readonly corner: Costs;
  readonly volume: number;
}

/** Entries of a leaf. On fronts of 16,000 entries and 3 objectives, leaves of 4, 8 and 16 took 1.5, 1.3 and 1.2 times the time. */
const LARGEST_LEAF = 32;
/** A part that holds more than this share of its box has the box built anew. */
const LARGEST_SHARE = 0.7;

/**
 * A k-d tree with buckets and boxes (Bentley, CACM 18(9), 1975), in which a box that has grown lopsided is built anew
 * (Galperin and Rivest, Scapegoat trees, SODA 1993). `limitsOf` is a branch and bound skyline (Papadias et al., SIGMOD 2003):
 * the box that may take the largest volume comes first, and a box behind a limit already found is left out.
 */
export function createBoxTree<Entry extends Priced>(): BoxTree<Entry> {
  let root: Box<Entry> = build<Entry>([], 0);
  let visitCount = 0;

  const add = (box: Box<Entry>, entry: Entry, depth: number): Box<Entry> => {
    visitCount += 1;
    widen(box, entry.costs);
    box.size += 1;
    if (box.parts === null) {
      box.entries.push(entry);
      return box.entries.length > LARGEST_LEAF ? build(box.entries, depth) : box;
    }
    const [first, second] = box.parts;
    const cost = entry.costs[box.axis]!;
    const isFirst = cost === box.middle ? first.size <= second.size : cost < box.middle;
    const grown = add(isFirst ? first : second, entry, depth + 1);
    if (grown.size > LARGEST_SHARE * box.size) {
      visitCount += box.size;
      return build([...all(grown), ...all(isFirst ? second : first)], depth);
    }
    box.parts = isFirst ? [grown, second] : [first, grown];
    return box;
  };

  const removeDominatedBy = (box: Box<Entry>, costs: Costs): void => {
    visitCount += 1;
    if (box.size === 0 || costs.some((cost, i) => box.upper[i]! < cost)) return;
    if (box.parts === null) {
      visitCount += box.entries.length;
      box.entries = box.entries.filter((entry) => !dominates(costs, entry.costs));
      box.size = box.entries.length;
      return;
    }
    for (const part of box.parts) removeDominatedBy(part, costs);
    box.size = box.parts[0].size + box.parts[1].size;
    if (box.size <= LARGEST_LEAF) Object.assign(box, build(all(box), 0));
  };

  const hasDominatorOf = (box: Box<Entry>, costs: Costs): boolean => {
    visitCount += 1;
    if (box.size === 0 || costs.some((cost, i) => box.lower[i]! > cost)) return false;
    if (box.parts !== null) return box.parts.some((part) => hasDominatorOf(part, costs));
    visitCount += box.entries.length;
    return box.entries.some((entry) => dominates(entry.costs, costs));
  };

  const limitsOf = (costs: Costs, reference: Costs): readonly Costs[] => {
    const limits: Costs[] = [];
    const queue: Waiting<Entry>[] = [];
    const consider = (box: Box<Entry>): void => {
      visitCount += 1;
      const corner = within(box.lower, costs);
      if (box.size > 0 && isBelow(corner, reference) && !isBehind(corner, limits))
        enqueue(queue, { box, corner, volume: volumeOf(corner, reference) });
    };
    consider(root);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (isBehind(next.corner, limits)) continue;
      const { parts, entries } = next.box;
      if (parts !== null) parts.forEach(consider);
      visitCount += entries.length;
      for (const entry of entries) {
        const limit = within(entry.costs, costs);
        if (isBelow(limit, reference) && !isBehind(limit, limits)) keepMinimal(limits, limit);
      }
    }
    return limits;
  };

  return {
    add: (entry) => {
      root = add(root, entry, 0);
    },
    removeDominatedBy: (costs) => removeDominatedBy(root, costs),
    hasDominatorOf: (costs) => hasDominatorOf(root, costs),
    limitsOf,
    entries: () => all(root),
    get size() {
      return root.size;
    },
    get visitCount() {
      return visitCount;
    },
  };
}

/** Halves by the objectives in turn, so that the units of the objectives do not matter. */
function build<Entry extends Priced>(entries: Entry[], depth: number): Box<Entry> {
  const box: Box<Entry> = { lower: [], upper: [], size: entries.length, entries, parts: null, axis: 0, middle: 0 };
  for (const { costs } of entries) widen(box, costs);
  if (entries.length <= LARGEST_LEAF) return box;
  const axis = depth % box.lower.length;
  const sorted = [...entries].sort((a, b) => a.costs[axis]! - b.costs[axis]!);
  const half = sorted.length >>> 1;
  const parts = [build(sorted.slice(0, half), depth + 1), build(sorted.slice(half), depth + 1)] as const;
  return { ...box, entries: [], parts, axis, middle: sorted[half]!.costs[axis]! };
}

function all<Entry>({ entries, parts }: Box<Entry>): Entry[] {
  return parts === null ? entries : [...all(parts[0]), ...all(parts[1])];
}

function widen({ lower, upper }: Box<unknown>, costs: Costs): void {
  costs.forEach((cost, i) => {
    if (!(lower[i]! <= cost)) lower[i] = cost;
    if (!(upper[i]! >= cost)) upper[i] = cost;
  });
}

// Loops rather than array methods: these are nine tenths of the time of a look.

function within(costs: Costs, corner: Costs): Costs {
  const moved = new Array<number>(corner.length);
  for (let i = 0; i < corner.length; i += 1) moved[i] = Math.max(costs[i]!, corner[i]!);
  return moved;
}

function isAtMost(a: Costs, b: Costs): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i]! > b[i]!) return false;
  return true;
}

function isBelow(a: Costs, b: Costs): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i]! >= b[i]!) return false;
  return true;
}

/** Whether some limit is at most `costs`. It moves to the front: it is likely to do for what is looked at next, too. */
function isBehind(costs: Costs, limits: Costs[]): boolean {
  for (let i = 0; i < limits.length; i += 1) {
    const limit = limits[i]!;
    if (!isAtMost(limit, costs)) continue;
    limits[i] = limits[0]!;
    limits[0] = limit;
    return true;
  }
  return false;
}

/** Keeps the box of the largest volume last. */
function enqueue<Entry>(queue: Waiting<Entry>[], waiting: Waiting<Entry>): void {
  let i = queue.length;
  for (; i > 0 && queue[i - 1]!.volume > waiting.volume; i -= 1) queue[i] = queue[i - 1]!;
  queue[i] = waiting;
}

/** Volume between costs and the reference; 0 where they are not better everywhere. */
function volumeOf(costs: Costs, reference: Costs): number {
  let product = 1;
  for (let i = 0; i < costs.length; i += 1) product *= Math.max(0, reference[i]! - costs[i]!);
  return product;
}

/** Adds a limit that is behind none, and takes out those that are behind it. */
function keepMinimal(limits: Costs[], limit: Costs): void {
  let kept = 0;
  for (const other of limits) if (!isAtMost(limit, other)) limits[kept++] = other;
  limits.length = kept;
  limits.push(limit);
}
