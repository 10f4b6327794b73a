/**
 * The cheapest points so far in two costs, of points that come in groups: those of a group are compared with earlier groups
 * first and with each other when the group ends.
 */
export interface Staircase {
  /** Whether a point of an earlier group is as cheap in both costs. */
  covers(x: number, y: number): boolean;
  /** Adds a point, which earlier groups do not cover, to the group under way. */
  wait(x: number, y: number, id: number): void;
  /** Ends the group: visits its points that no other of them dominates, equal ones all. */
  settle(visit: (x: number, y: number, id: number) => void): void;
}

interface Step {
  readonly x: number;
  readonly y: number;
  readonly id: number;
}

export function createStaircase(): Staircase {
  /** Rising x, falling y. */
  const xs: number[] = [];
  const ys: number[] = [];
  let group: Step[] = [];

  /** Number of steps with x of at most the given one. */
  const upTo = (x: number): number => {
    let low = 0;
    let high = xs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (xs[middle]! <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const covers = (x: number, y: number): boolean => {
    const at = upTo(x);
    return at > 0 && ys[at - 1]! <= y;
  };
  const add = (x: number, y: number): void => {
    if (covers(x, y)) return;
    let from = upTo(x);
    while (from > 0 && xs[from - 1] === x) from -= 1;
    let to = from;
    while (to < ys.length && ys[to]! >= y) to += 1;
    xs.splice(from, to - from, x);
    ys.splice(from, to - from, y);
  };
  return {
    covers,
    wait: (x, y, id) => void group.push({ x, y, id }),
    settle: (visit) => {
      const isBeaten = (step: Step): boolean =>
        group.some(({ x, y }) => x <= step.x && y <= step.y && (x < step.x || y < step.y));
      const kept = group.length > 1 ? group.filter((step) => !isBeaten(step)) : group;
      group = [];
      for (const { x, y, id } of kept) visit(x, y, id);
      for (const { x, y } of kept) add(x, y);
    },
  };
}
