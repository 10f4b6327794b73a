import {
  assess,
  createFront,
  pointKey,
  type Constraint,
  type Objective,
  type Outcome,
  type Point,
} from "../search/index.ts";
import type { DesignDetail } from "../worker/index.ts";

/** Details of the designs that are on the front so far, so that they are not evaluated again at the end. */
export interface DetailKeeper {
  /** @param detail null: there is none */
  add(point: Point, outcome: Outcome, detail: DesignDetail | null): void;
  /** Null: none is kept. */
  get(point: Point): DesignDetail | null;
}

/** Details that are kept beyond those of the front, at most: what has left the front is forgotten now and then. */
const SPARE = 1000;

export function createDetailKeeper(objectives: readonly Objective[], constraints: readonly Constraint[]): DetailKeeper {
  const front = createFront();
  const kept = new Map<string, { readonly number: number; readonly detail: DesignDetail }>();
  let count = 0;
  return {
    add: (point, outcome, detail) => {
      const assessment = assess(outcome, objectives, constraints);
      if (assessment.kind !== "feasible") return;
      const number = count++;
      if (!front.add({ number, costs: assessment.costs }) || detail === null) return;
      kept.set(pointKey(point), { number, detail });
      if (kept.size <= 2 * front.size + SPARE) return;
      const numbers = new Set(front.entries().map((entry) => entry.number));
      for (const [key, each] of kept) if (!numbers.has(each.number)) kept.delete(key);
    },
    get: (point) => kept.get(pointKey(point))?.detail ?? null,
  };
}
