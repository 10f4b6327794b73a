import { metricLabel, shownNumber } from "../../report/metric-labels.ts";
import type { SweepResult } from "../../report/sweep/types.ts";
import type { Hardware } from "../../spec/index.ts";
import { formatQuantity, formatRate, formatSize, type Rate } from "../../units/index.ts";
import { renderTable } from "../output.ts";
import type { SweepPlan } from "./plan.ts";

/** What a table of two chips holds of their costs, in order. */
const COSTS = [
  "latency_s",
  "utilisation",
  "peak_TOPS",
  "energy_total_J",
  "area_mm2",
  "carbon_embodied_kgCO2e",
  "carbon_operational_kgCO2e",
  "carbon_total_kgCO2e",
];

/**
 * Of two chips what differs between them, and, where each has one row, what that costs: both numbers and the second over the first.
 * Nothing of one chip, or of more than two.
 */
export function differencesText(sweep: SweepResult, { hardware }: SweepPlan): readonly string[] {
  const [first, second, ...others] = hardware;
  if (first === undefined || second === undefined || others.length > 0) return [];
  const differing = differencesOf(first.spec, second.spec);
  const what =
    differing.length === 0
      ? ["The chips are equal but for their names."]
      : [renderTable(["what differs", first.label, second.label], differing, [])];
  const [a, b, ...more] = [first, second].flatMap(({ label }) => sweep.rows.filter((row) => row.hardware === label));
  if (a === undefined || b === undefined || more.length > 0) return what;
  const costs = COSTS.map((metric) => {
    const [left, right] = [a.metrics[metric], b.metrics[metric]];
    const { title, unit } = metricLabel(metric);
    const ratio = left === undefined || right === undefined || left === 0 ? "-" : (right / left).toPrecision(3);
    const name = unit === "" ? title : `${title} (${unit})`;
    return [name, shownNumber(metric, left), shownNumber(metric, right), ratio === "-" ? ratio : `× ${ratio}`];
  });
  return [...what, renderTable(["what it costs", first.label, second.label, "second / first"], costs, [])];
}

/** Fields in which two chips differ, by the names of hardware files; names and descriptions are no difference. */
export function differencesOf(a: Hardware, b: Hardware): readonly (readonly [string, string, string])[] {
  const [left, right] = [leavesOf(a), leavesOf(b)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((path) => {
    const [x, y] = [left.get(path) ?? "-", right.get(path) ?? "-"];
    return x === y ? [] : [[path, x, y] as const];
  });
}

const WORDS = new Set(["name", "description"]);

function leavesOf(hardware: Hardware): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: readonly string[]): void => {
    const name = path.filter((key) => key !== "port").join(".");
    if (value === null || value === undefined) leaves.set(name, "none");
    else if (Array.isArray(value)) leaves.set(name, value.map(String).join(" "));
    else if (isRate(value)) leaves.set(name, formatRate(value));
    else if (typeof value === "object") {
      const entries = Object.entries(value).filter(([key]) => path.length > 0 || !WORDS.has(key));
      for (const [key, inner] of entries) walk(inner, [...path, key]);
    } else leaves.set(name, shownLeaf(path, value));
  };
  walk(hardware, []);
  return leaves;
}

const isRate = (value: unknown): value is Rate =>
  typeof value === "object" && value !== null && "bytes" in value && "cycles" in value;

function shownLeaf(path: readonly string[], value: unknown): string {
  if (typeof value !== "number") return String(value);
  const key = path.at(-1)!;
  if (value === Infinity) return "unlimited";
  if (key === "clock") return formatQuantity(value, "frequency");
  if (key === "node") return `${value} nm`;
  if (key === "capacity" || path.at(-1) === "size" || path.at(-2) === "size") return formatSize(value);
  if (path[0] === "launchOverhead") return formatQuantity(value, "time");
  return String(value);
}
