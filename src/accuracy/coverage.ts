import { partOf } from "./form.ts";
import { metricDefinition } from "./metrics.ts";

/**
 * What an evaluator says of a settable path.
 *
 *   priced       its values move the accuracy that comes out
 *   indifferent  what the model computes does not depend on it, and so no accuracy does
 *   unknown      it may change what the model answers, and the evaluator does not look at it
 */
export type Coverage = "priced" | "indifferent" | "unknown";

/** Who evaluates, and what. */
export interface EvaluatorKind {
  readonly evaluator: "predictor" | "command";
  readonly metric: string;
}

/** The machine without its number formats, how operators follow each other, the use, the prices of carbon. */
const NOT_THE_MODEL = new Set([
  ...["clock", "node", "cores", "array", "localBuffer", "globalBuffer", "dram", "vector"],
  ...["runtime", "schedule", "deployment", "technology"],
]);

/** Fields of a tower that enter its block parameters. */
const SIZES = new Set(["layers", "hidden", "ffn", "heads", "kvHeads", "headSize"]);

/** What a path begins with, from which its coverage follows: a group of hardware, or model, quantisation, precision. */
export const groupOf = (path: string): string => path.split(".")[0]!;

/** Paths of number formats, of which results print columns where a study varies them. */
export const isPrecisionPath = (path: string): boolean => ["precision", "quantisation"].includes(groupOf(path));

/**
 * Coverage of a path of `--set` and `space`, those of single layers (`model.text.ffn.1-6`) included. A path that nobody has thought
 * of is unknown.
 */
export function coverageOf({ evaluator, metric }: EvaluatorKind, path: string): Coverage {
  const group = groupOf(path);
  if (NOT_THE_MODEL.has(group)) return "indifferent";
  if (evaluator === "command") return group === "model" || group === "quantisation" ? "priced" : "unknown";
  const [, tower, field = ""] = path.split(".");
  if (group !== "model" || !SIZES.has(field)) return "unknown";
  const terms = metricDefinition(metric)?.settings.terms ?? [];
  return terms.some((term) => partOf(term) === tower) ? "priced" : "unknown";
}

/**
 * What `accuracy.ignore` should name for a path: number formats by their group, since they belong together, others by themselves.
 */
export const ignorableName = (path: string): string =>
  isPrecisionPath(path) ? groupOf(path) : path.replace(/\.[\d-]+$/, "");

/** Whether a name of `accuracy.ignore` holds a path: the path itself, or what it begins with. */
export const isIgnoredBy = (name: string, path: string): boolean => path === name || path.startsWith(`${name}.`);
