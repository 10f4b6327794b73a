import { nearestMatch } from "../errors/index.ts";
import { nameHint, unitHint } from "./hints.ts";
import { METRICS, type Metric } from "../metrics/index.ts";
import { parseQuantity, type QuantityKind } from "../units/index.ts";

/** A metric that a study can limit or aim at. */
export type NamedMetric = Metric & { readonly name: string; readonly kind: QuantityKind };

export const NAMED_METRICS: readonly NamedMetric[] = METRICS.filter(
  (metric): metric is NamedMetric => metric.name !== null && metric.kind !== null,
);

const byName = new Map(
  NAMED_METRICS.flatMap((metric) => [[metric.name, metric] as const, [metric.key, metric] as const]),
);

/** What is wrong with a text, before it has a place. */
export interface TextProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export type Read<T> = { readonly value: T; readonly problem?: never } | { readonly problem: TextProblem };

export function metricOf(name: string): Read<NamedMetric> {
  const metric = byName.get(name);
  if (metric) return { value: metric };
  const names = NAMED_METRICS.map((each) => each.name);
  const message = `names no metric: "${name}". Metrics: ${names.join(", ")}`;
  return { problem: { code: "spec/unknown-metric", message, hint: metricHint(name, names) } };
}

/** A metric by another word or by letters; what is near a key is told by its name, which studies use. */
function metricHint(word: string, names: readonly string[]): string | null {
  const near = nearestMatch(word, [...byName.keys()]) ?? "";
  return nameHint(word, names) ?? nameHint(byName.get(near)?.name ?? "", names);
}

/** An amount of a metric in the unit of its key; `what` names it in messages. */
export function readAmount(text: string, { kind }: NamedMetric, what: string): Read<number> {
  const amount = parseQuantity(text, kind);
  if (!amount.ok) {
    const { reason, predicate } = amount.failure;
    const message = `is wrong: ${what} ${predicate}`;
    return { problem: { code: `spec/${reason}`, message, hint: unitHint(amount.failure) } };
  }
  const { value } = amount;
  if (kind !== "fraction" || (value >= 0 && value <= 1)) return { value };
  const message = `is wrong: ${what} is ${text.slice(0, 60)}, but must be a fraction from 0 to 1`;
  const hint = value > 1 && value <= 100 ? `Did you mean "${value} %"?` : null;
  return { problem: { code: "spec/out-of-range", message, hint } };
}

const CONSTRAINT = /^\s*([A-Za-z][\w-]*)\s*(<=|>=|≤|≥|==|=|<|>)\s*(\S.*?)\s*$/;

/** `latency <= 50 ms` → the metric's key, the comparison and the limit in the key's unit. */
export function readConstraint(
  text: string,
): Read<{ readonly metric: string; readonly comparison: "<=" | ">="; readonly limit: number; readonly text: string }> {
  const match = text.length > 200 ? null : CONSTRAINT.exec(text);
  const [, name = "", sign = "", amount = ""] = match ?? [];
  const comparison = ({ "<=": "<=", "≤": "<=", ">=": ">=", "≥": ">=" } as const)[sign];
  if (!match || !comparison) {
    const message = `is no constraint: write metric <= limit or metric >= limit, for example "latency <= 50 ms"`;
    return { problem: { code: "spec/bad-constraint", message, hint: null } };
  }
  const metric = metricOf(name);
  if (metric.problem) return metric;
  const limit = readAmount(amount, metric.value, `the limit of ${name}`);
  if (limit.problem) return limit;
  return { value: { metric: metric.value.key, comparison, limit: limit.value, text: text.trim() } };
}

/** `max accuracy`, `min carbon`. */
export function readObjective(text: string): Read<{ readonly metric: string; readonly direction: "min" | "max" }> {
  const match = /^\s*(min|max)\s+(\S+)\s*$/.exec(text.slice(0, 200));
  if (!match) {
    const message = `is no objective: write min or max and a metric, for example "min carbon" or "max accuracy"`;
    return { problem: { code: "spec/bad-objective", message, hint: null } };
  }
  const metric = metricOf(match[2] ?? "");
  if (metric.problem) return metric;
  return { value: { metric: metric.value.key, direction: match[1] === "max" ? "max" : "min" } };
}
