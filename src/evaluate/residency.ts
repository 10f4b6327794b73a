import type { GemmOperator } from "../workload/index.ts";
import { attentionParts } from "./attention-kernel.ts";
import type { MappingObjective } from "../sim/index.ts";
import { withPrefetch } from "./prefetch.ts";
import { runOperators, type Costing, type Unplaced } from "./run-operator.ts";
import { linksAfter, NO_LINK, statesOf, type Allowed, type Link } from "./slot-states.ts";
import type { Slot } from "./slots.ts";
import type { OperatorEvaluation } from "./types.ts";

export interface ResidencyPlan {
  /** Parts of all slots in order. */
  readonly evaluations: readonly OperatorEvaluation[];
  /** By slot: what it does for the next one. */
  readonly links: readonly Link[];
  /** By slot: cycles in which it does no more than wait for the next one's weights. */
  readonly waits: readonly number[];
}

/** What one run adds to an objective that is a sum over operators: cycles, or J. */
export function valueOf(
  { cycles, energy }: Pick<OperatorEvaluation, "cycles" | "energy">,
  objective: MappingObjective,
): number {
  const joules = Object.values(energy).reduce((sum, part) => sum + part, 0);
  if (objective === "latency" || Object.keys(energy).length === 0) return cycles;
  return joules;
}

/**
 * Which results wait in the global buffer for the next slot, and whose weights come while the slot before runs: the choice of
 * least Σ count × value, exactly, by dynamic programming along the list. A slot's value depends on the links on its two sides:
 *
 *   best[i][after] = min over before of best[i − 1][before] + value_i(before, after)
 *
 * with before, after ∈ {nothing, result stays, next weights come, both}. Nothing is one of the choices, so the objective never
 * gets worse. Checked: test/property/evaluate.
 *
 * @param objective  a sum over operators: latency, energy or carbon
 * @returns          the first operator without a mapping, where there is none even with nothing kept
 */
export function planResidency(
  slots: readonly Slot[],
  costing: Costing,
  objective: Exclude<MappingObjective, "edp">,
  allowed: Allowed,
): ResidencyPlan | Unplaced {
  const { hardware } = costing;
  const links = slots.map((_, i) => linksAfter(slots, i, hardware, allowed));
  const states = slots.map((slot, i) => statesOf(slot, links[i - 1] ?? [NO_LINK], links[i]!, hardware));
  const results = runOperators(
    states.flatMap((each) => each.flatMap(({ parts }) => parts)),
    costing,
  );
  let first = 0;
  let best = new Map<number, Path>([[0, { value: 0, evaluations: [], before: null, after: 0 }]]);
  for (const [i, choices] of states.entries()) {
    const next = new Map<number, Path>();
    let unplaced: Unplaced | null = null;
    for (const { before, after, parts } of choices) {
      const own = results.slice(first, first + parts.length);
      first += parts.length;
      const missing = own.find((each) => "result" in each);
      unplaced ??= missing ?? null;
      const path = best.get(before);
      if (path === undefined || missing !== undefined) continue;
      const run = own as readonly OperatorEvaluation[];
      const { isOverlapped, first: scores } = slots[i]!;
      const side = isOverlapped === true ? attentionParts(run, scores as GemmOperator, costing) : run;
      const evaluations = withPrefetch(side, links[i]![after]!.prefetchedBytes, costing);
      const value = evaluations.reduce((sum, each) => sum + each.count * valueOf(each, objective), path.value);
      const known = next.get(after);
      if (known === undefined || value < known.value) next.set(after, { value, evaluations, after, before: path });
    }
    if (unplaced !== null && next.size === 0) return unplaced;
    best = next;
  }
  return unwind(best.get(0)!, links);
}

/** The best way to a slot's state, with the way to the state before. */
interface Path {
  readonly value: number;
  readonly evaluations: readonly OperatorEvaluation[];
  /** Place of the link behind it among those that the slot may make. */
  readonly after: number;
  readonly before: Path | null;
}

function unwind(end: Path, links: readonly (readonly Link[])[]): ResidencyPlan {
  const paths: Path[] = [];
  for (let path = end; path.before !== null; path = path.before) paths.push(path);
  paths.reverse();
  return {
    evaluations: paths.flatMap(({ evaluations }) => evaluations),
    links: paths.map(({ after }, i) => links[i]![after]!),
    waits: paths.map(({ evaluations }) => evaluations.at(-1)!.waitCycles),
  };
}
