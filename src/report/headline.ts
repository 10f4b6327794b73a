import { carbonPartName } from "./charts/carbon-parts.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** What the best design was chosen among. */
export type HeadlineFloor =
  /** At least the baseline's accuracy. */
  | "accuracy"
  /** At least the low end of the baseline's interval of accuracy. */
  | "interval"
  /** All designs: accuracy is no matter, or no design is as accurate. */
  | "none";

/** One part of what is saved, kgCO2e; negative where the design has more of it. */
export interface SavedPart {
  readonly name: string;
  readonly baseline: number;
  readonly best: number;
}

/** The answer of a run in a few numbers. */
export interface Headline {
  readonly floor: HeadlineFloor;
  /** What is least, in its unit. */
  readonly metric: string;
  readonly best: FrontRow;
  /** The same among all designs within the baseline's interval, where that is another design; null: it is not. */
  readonly within: FrontRow | null;
  /** Of total carbon, of the baseline and of the best design; empty where one of them has no breakdown. */
  readonly parts: readonly SavedPart[];
}

const CARBON = "carbon_total_kgCO2e";

/** The metric that a run is asked for first: total carbon where it is an objective or nothing is to be made least. */
export function askedMetric({ objectives }: Pick<RunRecord["study"], "objectives">): string {
  const least = objectives.filter(({ direction }) => direction === "min").map(({ metric }) => metric);
  return least.includes(CARBON) ? CARBON : (least[0] ?? CARBON);
}

type Judged = Pick<RunRecord, "front" | "baseline"> & { readonly study: Pick<RunRecord["study"], "objectives"> };

/**
 * The design of a front that has least of what was asked for, at no less accuracy than the baseline's; else within its interval;
 * else of all.
 *
 * @returns null where no design of the front has a value
 */
export function headlineOf({ study, front, baseline }: Judged): Headline | null {
  const metric = askedMetric(study);
  const isOpen = front.some(({ metrics }) => typeof metrics["accuracy"] === "number");
  const { accuracy, accuracy_low } = isOpen ? (baseline?.metrics ?? {}) : {};
  const floors = [
    { floor: "accuracy", least: accuracy },
    { floor: "interval", least: accuracy_low },
  ] as const;
  for (const { floor, least } of floors) {
    if (typeof least !== "number") continue;
    const best = leastOf(front, metric, least);
    if (best === null) continue;
    const within =
      floor === "accuracy" && typeof accuracy_low === "number" ? leastOf(front, metric, accuracy_low) : null;
    return { floor, metric, best, within: within === best ? null : within, parts: savedParts(baseline, best) };
  }
  const best = leastOf(front, metric, null);
  return best === null ? null : { floor: "none", metric, best, within: null, parts: savedParts(baseline, best) };
}

/**
 * The first of the designs that have least of a metric, at no less accuracy than `floor` (a fraction; null: at any).
 *
 * @returns null where no design of that accuracy has a value
 */
export function leastOf(front: readonly FrontRow[], metric: string, floor: number | null): FrontRow | null {
  const valueOf = ({ metrics }: FrontRow): number => metrics[metric] ?? Infinity;
  return front
    .filter((row) => valueOf(row) < Infinity && (floor === null || (row.metrics["accuracy"] ?? -1) >= floor))
    .reduce<FrontRow | null>((best, row) => (best === null || valueOf(row) < valueOf(best) ? row : best), null);
}

/** Parts of embodied carbon under the words that people know them by; others keep their own name. */
const GROUPS: Readonly<Record<string, string>> = {
  dram: "memory",
  ...{ dieEnergy: "die", dieGas: "die", dieMaterial: "die" },
  ...{ package: "package", bonding: "package", interposer: "package" },
};

/** Total carbon by memory, die, package, further embodied parts, and use; empty where one of the two has no breakdown. */
export function savedParts(baseline: FrontRow | null, best: FrontRow): readonly SavedPart[] {
  const [before, after] = [groupsOf(baseline), groupsOf(best)];
  if (before === null || after === null) return [];
  const names = ["memory", "die", "package", ...before.keys(), ...after.keys()];
  return [...new Set([...names.filter((name) => name !== "use"), "use"])].flatMap((name) =>
    before.has(name) || after.has(name) ? [{ name, baseline: before.get(name) ?? 0, best: after.get(name) ?? 0 }] : [],
  );
}

function groupsOf(row: FrontRow | null): ReadonlyMap<string, number> | null {
  if (row?.embodied_kgCO2e == null || row.operational_kgCO2e === null) return null;
  const groups = new Map<string, number>();
  for (const [part, kg] of Object.entries(row.embodied_kgCO2e.parts)) {
    const name = Object.hasOwn(GROUPS, part) ? GROUPS[part]! : carbonPartName(part);
    groups.set(name, (groups.get(name) ?? 0) + kg);
  }
  return groups.set("use", row.operational_kgCO2e.total);
}
