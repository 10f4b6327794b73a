import type { Hardware } from "../spec/hardware.ts";
import { partOf } from "./form.ts";
import { metricDefinition } from "./metrics.ts";
import { FULL_BITS } from "./precision/form.ts";

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
  ...["clock", "node", "cores", "arraysPerCore", "multicast", "array", "localBuffer", "globalBuffer", "dram", "vector"],
  ...["runtime", "link", "package", "silicon", "boardPower", "schedule", "deployment", "technology"],
]);

/** Fields of a tower that enter its block parameters. */
const SIZES = new Set(["layers", "hidden", "ffn", "heads", "kvHeads", "headSize"]);

/** What a path begins with, from which its coverage follows: a group of hardware, or model, quantisation, precision. */
export const groupOf = (path: string): string => path.split(".")[0]!;

/** What makes tokens fewer from layer to layer. */
const REDUCTION = "model.vision.tokenReduction";

/** Thresholds under which activations are zero, of one tower. */
const ZEROS = /^model\.([a-z]+)\.activationSparsity(\.threshold)?$/;

const isReductionPath = (path: string): boolean => path.startsWith(`${REDUCTION}.`);

/** Paths of number formats, of weights and of tokens that are left out, of which results print columns where a study varies them. */
export const isPrecisionPath = (path: string): boolean =>
  ["precision", "quantisation", "sparsity"].includes(groupOf(path)) || isReductionPath(path) || ZEROS.test(path);

/**
 * Coverage of a path of `--set` and `space`, those of single layers (`model.text.ffn.1-6`) included. A path that nobody has thought
 * of is unknown.
 */
export function coverageOf({ evaluator, metric }: EvaluatorKind, path: string): Coverage {
  const group = groupOf(path);
  if (NOT_THE_MODEL.has(group)) return "indifferent";
  if (evaluator === "command") return ["model", "quantisation", "sparsity"].includes(group) ? "priced" : "unknown";
  if (group === "precision") return COMPUTED.has(path) ? "priced" : "unknown";
  if (group === "quantisation") return pricesStorage(metric, path) ? "priced" : "unknown";
  if (group === "sparsity") return pricesSparsity(metric, path) ? "priced" : "unknown";
  if (isReductionPath(path)) return metricDefinition(metric)?.family === "vit" ? "priced" : "unknown";
  const [, tower, field = ""] = path.split(".");
  const isPriced = SIZES.has(field) || ZEROS.test(path);
  if (group !== "model" || !isPriced) return "unknown";
  const terms = metricDefinition(metric)?.settings.terms ?? [];
  return terms.some((term) => partOf(term) === tower) ? "priced" : "unknown";
}

/** Widths of the machine that the predictor prices. */
const COMPUTED = new Set(["precision.input", "precision.weight"]);

/** Storage of classes that published losses are of, in towers that the metric has; keys and values are stored by decoders. */
function pricesStorage(metric: string, path: string): boolean {
  const definition = metricDefinition(metric);
  if (definition === undefined) return false;
  const [, first, second] = path.split(".");
  const towers = definition.settings.terms.map(partOf);
  const [tower, name] = TOWERS.has(first!) ? [first, second] : [null, first];
  if (tower !== null && !towers.some((each) => each === tower)) return false;
  return name === "weights" || name === "activations" || (name === "kv" && definition.family === "decoder");
}

/** Sparse weights of families that published losses are of, in towers that the metric has. */
function pricesSparsity(metric: string, path: string): boolean {
  const family = metricDefinition(metric)?.family;
  const [, first, second] = path.split(".");
  const isOfTower = second === undefined || first === "text";
  return isOfTower && (family === "decoder" || family === "bert");
}

const TOWERS = new Set(["text", "vision", "encoder", "decoder"]);

/** Whether the price of number formats may be left out by `accuracy.ignore`: whole groups, or a width of the machine. */
export const isIgnorable = (name: string): boolean =>
  ["precision", "quantisation", "sparsity", REDUCTION].includes(name) || COMPUTED.has(name) || ZEROS.test(name);

/** Number formats that accuracy sees. */
export interface SeenFormats {
  readonly input: boolean;
  readonly weight: boolean;
  readonly stored: boolean;
  /** Weights that are left out. */
  readonly sparse: boolean;
  /** Tokens that are merged or pruned. */
  readonly reduced: boolean;
  /** Towers whose activations that are zero at run time are priced. */
  readonly zeros: readonly string[];
}

/**
 * Number formats that a study's accuracy prices; null: none, so that all accuracies are those in full precision. They are priced where
 * the space varies one of them that is priced and not ignored.
 */
export function seenFormats(
  accuracy: (EvaluatorKind & { readonly ignore?: readonly string[] }) | null,
  paths: readonly string[],
): SeenFormats | null {
  if (accuracy?.evaluator !== "predictor") return null;
  const isSeen = (path: string): boolean => !(accuracy.ignore ?? []).some((name) => isIgnoredBy(name, path));
  const isVaried = paths.some(
    (path) => isPrecisionPath(path) && coverageOf(accuracy, path) === "priced" && isSeen(path),
  );
  if (!isVaried) return null;
  const isKept = (group: string): boolean => !(accuracy.ignore ?? []).includes(group);
  const zeros = ["text", "vision"].filter((tower) => isSeen(`model.${tower}.activationSparsity.threshold`));
  const [stored, sparse, reduced] = [isKept("quantisation"), isKept("sparsity"), isKept(REDUCTION)];
  return { input: isSeen("precision.input"), weight: isSeen("precision.weight"), stored, sparse, reduced, zeros };
}

/** The formats of a design that accuracy sees. */
export function formatsOf(
  { input, weight, stored, sparse, reduced, zeros }: SeenFormats,
  { precision }: Pick<Hardware, "precision">,
): {
  readonly computed: Hardware["precision"];
  readonly isStorageSeen: boolean;
  readonly isSparsitySeen: boolean;
  readonly isReductionSeen: boolean;
  readonly zerosSeen: readonly string[];
} {
  const computed = {
    ...precision,
    input: input ? precision.input : FULL_BITS,
    weight: weight ? precision.weight : FULL_BITS,
  };
  return { computed, isStorageSeen: stored, isSparsitySeen: sparse, isReductionSeen: reduced, zerosSeen: zeros };
}

/**
 * What `accuracy.ignore` should name for a path: number formats by their group, since they belong together, others by themselves.
 */
export const ignorableName = (path: string): string =>
  isReductionPath(path)
    ? REDUCTION
    : ZEROS.test(path)
      ? path.replace(/\.threshold$/, "")
      : isPrecisionPath(path)
        ? groupOf(path)
        : path.replace(/\.[\d-]+$/, "");

/** Whether a name of `accuracy.ignore` holds a path: the path itself, or what it begins with. */
export const isIgnoredBy = (name: string, path: string): boolean => path === name || path.startsWith(`${name}.`);
