import {
  assess,
  createFront,
  pointKey,
  type Constraint,
  type Objective,
  type Outcome,
  type Point,
} from "../search/index.ts";
import { readDetail, type DesignDetail, type SentDetail } from "../worker/index.ts";

/** Details of the designs that are on the front so far, so that they are not evaluated again at the end. */
export interface DetailKeeper {
  /** @param detail null: there is none, since a design that was added dominates this one, or it has no evaluation */
  add(point: Point, outcome: Outcome, detail: SentDetail | null): void;
  /** Null: none is kept. */
  get(point: Point): DesignDetail | null;
}

/** Details that are kept beyond those of the front, at most: what has left the front is forgotten now and then. */
const SPARE = 1000;

export function createDetailKeeper(objectives: readonly Objective[], constraints: readonly Constraint[]): DetailKeeper {
  const front = createFront();
  const kept = new Map<string, { readonly number: number; readonly detail: SentDetail }>();
  let count = 0;
  return {
    add: (point, outcome, detail) => {
      if (detail === null) return;
      const assessment = assess(outcome, objectives, constraints);
      if (assessment.kind !== "feasible") return;
      const number = count++;
      if (!front.add({ number, costs: assessment.costs })) return;
      kept.set(pointKey(point), { number, detail });
      if (kept.size <= 2 * front.size + SPARE) return;
      const numbers = new Set(front.entries().map((entry) => entry.number));
      for (const [key, each] of kept) if (!numbers.has(each.number)) kept.delete(key);
    },
    get: (point) => {
      const each = kept.get(pointKey(point));
      return each === undefined ? null : readDetail(each.detail);
    },
  };
}
