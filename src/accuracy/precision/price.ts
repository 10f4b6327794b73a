import { exp } from "../../math/index.ts";
import type { Hardware } from "../../spec/hardware.ts";
import type { ModelSpec, Tower, VisionTower } from "../../spec/model.ts";
import type { Quantisation, StoredFormat } from "../../spec/quantisation.ts";
import { blockParameters, layerParameters } from "../capacity.ts";
import {
  COLLAPSE,
  coverageKey,
  endsOf,
  fitted,
  FULL_BITS,
  isStatic,
  kindOf,
  lossOf,
  rawLossBy,
  saturated,
  type ActivationsMethod,
  type Family,
  type NarrowPart,
  type Operand,
  type PricedModel,
  type WeightsMethod,
} from "./form.ts";
import { sparseMarks, sparsePrice, uncoveredSparsity } from "../sparsity/price.ts";
import { uncoveredZeros, zerosMarks, zerosPrice } from "../activation-sparsity.ts";
import { reducedModel, reductionMarks, reductionPrice, uncoveredReduction } from "../token-reduction/price.ts";
import { storedPrice } from "./stored-price.ts";

/** What of a machine's number formats a price looks at; null: the model is priced as it is stored. */
export type ComputedFormats = Pick<Hardware["precision"], "input" | "weight" | "format"> | null;

/** Of a metric, what turns a loss into points. */
export interface PricedMetric {
  /** Task of the rows that are nearest to it. */
  readonly task: string;
  /** Accuracy of guessing, a fraction. */
  readonly chance: number;
}

/** Loss against the model in full precision, λ as in form.ts, with the ends of its 90 % interval. */
export interface PrecisionPrice {
  readonly loss: number;
  /** Below zero: a gain, as with a teacher. */
  readonly low: number;
  /** Infinity: nothing may be left. */
  readonly high: number;
  /** Why the price rests on little, as single words; empty: it does not. */
  readonly marks: readonly string[];
}

/** A part that no published row stands for. */
export interface Uncovered {
  readonly operand: Operand | "sparsity" | "tokens" | "activationSparsity";
  readonly reason: string;
}

const FAMILIES: Readonly<Partial<Record<ModelSpec["family"], Family>>> = {
  ...{ clip: "clip", vit: "vit", bert: "bert", decoder: "decoder" },
};

type Method = "rtn" | "calibrated" | "trained";
type Scales = "static" | "token" | "block";

/** What holds where a model does not say how its numbers were found. */
export const DEFAULT_METHOD = { method: "calibrated", scales: "static", rotated: false } as const;

const of = <T extends string>(
  value: T | Readonly<Partial<Record<string, T>>> | undefined,
  operand: Operand,
): T | undefined => (typeof value === "object" ? value[operand] : value);

function methodsOf(quantisation: Quantisation | undefined, computed: ComputedFormats) {
  const { method, scales, rotated } = quantisation ?? {};
  const weights: Method = of<Method>(method, "weights") ?? DEFAULT_METHOD.method;
  const activations: Method = of<Method>(method, "activations") ?? DEFAULT_METHOD.method;
  const isBlock = [quantisation?.activations].flat().some((each) => each?.format === "mx" || each?.format === "fp");
  const scale: Scales =
    of<Scales>(scales, "activations") ?? (isBlock || computed?.format === "fp8" ? "block" : DEFAULT_METHOD.scales);
  return {
    weights: weights satisfies WeightsMethod,
    activations: activationsMethod(activations, scale, rotated === true),
  };
}

function activationsMethod(method: Method, scales: Scales, isRotated: boolean): ActivationsMethod {
  if (method === "trained") return "trained";
  if (isRotated) return "rotated";
  if (scales !== "static") return scales;
  return method === "rtn" ? "naive" : "static";
}

/** Methods of a model in words, with what is not said: "weights calibrated, activations calibrated, static scales (default)". */
export function methodText(model: ModelSpec): string {
  const texts = towersOf(model).map(({ tower: { quantisation, sparsity, tokenReduction, activationSparsity } }) => {
    const { method, scales, rotated } = quantisation ?? {};
    const said = (operand: Operand): string => of<Method>(method, operand) ?? `${DEFAULT_METHOD.method} (default)`;
    const scale = of<Scales>(scales, "activations") ?? `${DEFAULT_METHOD.scales} (default)`;
    const sparse = sparsity === undefined ? "" : `, sparse weights ${sparsity.weights} ${sparsity.method}`;
    const zeros = activationSparsity === undefined ? "" : `, activations under ${activationSparsity.threshold} zero`;
    return `weights ${said("weights")}, activations ${said("activations")} with scales ${scale}${rotated === true ? ", rotated" : ""}${sparse}${reductionText(tokenReduction)}${zeros}`;
  });
  return [...new Set(texts)].join("; ");
}

/** ", tokens merged 13 a layer retrained", or nothing. */
function reductionText(reduction: VisionTower["tokenReduction"]): string {
  if (reduction === undefined) return "";
  const training = reduction.retrained ? "retrained" : "untrained";
  if (!("merge" in reduction)) return `, tokens pruned to ${reduction.keep} ${training}`;
  const [least, most] = [Math.min(...reduction.merge), Math.max(...reduction.merge)];
  return `, tokens merged ${least === most ? least : `${least} to ${most}`} a layer ${training}`;
}

interface NamedTower {
  readonly name: "text" | "vision";
  readonly tower: Tower & Pick<Partial<VisionTower>, "tokenReduction">;
}

function towersOf(model: ModelSpec): readonly NamedTower[] {
  return [
    ...("text" in model ? [{ name: "text" as const, tower: model.text as Tower }] : []),
    ...("vision" in model ? [{ name: "vision" as const, tower: model.vision as Tower }] : []),
  ];
}

/** The narrow parts of each tower; those of towers that are not narrow are empty. */
export function pricedTowers(
  model: ModelSpec,
  { task, chance }: PricedMetric,
  computed: ComputedFormats,
  tokens: number | null,
): readonly (PricedModel & { readonly name: "text" | "vision" })[] {
  const family = FAMILIES[model.family];
  if (family === undefined) return [];
  const towers = towersOf(model);
  const parameters = towers.reduce((sum, { tower }) => sum + blockParameters(tower), 0);
  return towers.map(({ name, tower }) => {
    const place = { hasText: name === "text", hasVision: name === "vision" };
    const input = computed?.input ?? FULL_BITS;
    const parts = [
      ...partsOf(tower, "weights", computed?.weight ?? FULL_BITS, place),
      ...partsOf(tower, "activations", input, place),
      ...(family === "decoder" ? partsOf(tower, "kv", input, place) : []),
    ];
    return {
      ...{ name, family, task, parameters, tokens, parts, isCodebook: false },
      ...methodsOf(tower.quantisation, computed),
      ...(tower.sparsity === undefined ? {} : { sparsity: tower.sparsity }),
      ...(tower.tokenReduction === undefined ? {} : { reduction: reducedModel(tower) }),
      ...(tower.activationSparsity === undefined ? {} : { zeros: { sparsity: tower.activationSparsity, chance } }),
    };
  });
}

/**
 * Parts of one operand: layers of equal width and group together, by their share of the tower's parameters. Stored narrowly or
 * computed narrowly, what is narrower counts.
 */
function partsOf(
  tower: Tower,
  operand: Operand,
  computedBits: number,
  place: Pick<NarrowPart, "hasText" | "hasVision">,
): readonly NarrowPart[] {
  const stored = tower.quantisation?.[operand];
  const all = blockParameters(tower);
  const parts = new Map<string, NarrowPart>();
  for (let layer = 0; layer < tower.layers; layer++) {
    const format = (Array.isArray(stored) ? stored[layer] : stored) as StoredFormat | null | undefined;
    const bits = Math.min(format?.bits ?? FULL_BITS, computedBits);
    if (bits >= FULL_BITS) continue;
    const group = operand === "weights" && format?.bits === bits ? (format.group ?? 0) : 0;
    const key = `${bits}:${group}`;
    const share = (parts.get(key)?.share ?? 0) + layerParameters(tower, layer) / all;
    parts.set(key, { operand, bits, group, share, ...place });
  }
  return [...parts.values()];
}

/** Parts that no published row of their kind is as narrow as, sparse weights and fewer tokens that no row has; empty: the price holds. */
export function uncoveredParts(towers: readonly PricedModel[]): readonly Uncovered[] {
  const { coverage } = storedPrice();
  const sparse = towers.flatMap((tower): readonly Uncovered[] => {
    const reason = uncoveredSparsity(tower);
    return reason === null ? [] : [{ operand: "sparsity", reason }];
  });
  const narrow = towers.flatMap((tower) =>
    tower.parts.flatMap((part): readonly Uncovered[] => {
      const lowest = coverage[coverageKey(tower, part)]?.lowestBits;
      if (lowest !== undefined && part.bits >= lowest - 0.1) return [];
      const what = `${part.operand} of ${part.bits} bits (${kindOf(tower, part)})`;
      const known = lowest === undefined ? "is published at all" : `is published below ${lowest} bits`;
      return [{ operand: part.operand, reason: `no such loss of a ${tower.family} model ${known}: ${what}` }];
    }),
  );
  const fewer = towers.flatMap((tower): readonly Uncovered[] => {
    const reason = uncoveredReduction(tower);
    return reason === null ? [] : [{ operand: "tokens", reason }];
  });
  const zeros = towers.flatMap((tower): readonly Uncovered[] => {
    const reason = uncoveredZeros(tower);
    return reason === null ? [] : [{ operand: "activationSparsity", reason }];
  });
  return [...narrow, ...sparse, ...fewer, ...zeros];
}

/** The narrow text tower of a pair under static scales loses more than its vision tower, by what rows with both have shown. */
function rawLoss(towers: readonly PricedModel[]): number {
  const { coefficients } = storedPrice();
  return towers.reduce((sum, tower) => {
    const isTextOfPair = tower.family === "clip" && tower.parts.some(({ hasText }) => hasText);
    const both = exp(coefficients["clip static text"] ?? 0);
    return sum + rawLossBy(coefficients, tower) * (isTextOfPair && isStatic(tower) ? both - 1 : 1);
  }, 0);
}

/** Widths up to which parts are raised in looking for the ends of intervals. */
const WIDTHS: Readonly<Record<Operand, readonly number[]>> = {
  weights: [0, 2, 3, 4, 5, 6, 7, 8, FULL_BITS],
  activations: [0, 2, 3, 4, 5, 6, 7, 8, FULL_BITS],
  kv: [0, 8, FULL_BITS],
};

function raised(towers: readonly PricedModel[], least: Readonly<Record<Operand, number>>): readonly PricedModel[] {
  return towers.map((tower) => ({
    ...tower,
    parts: tower.parts
      .map((part) => ({ ...part, bits: Math.max(part.bits, least[part.operand]) }))
      .filter(({ bits }) => bits < FULL_BITS),
  }));
}

/** Interval of one setting; that of wider settings is looked at by the caller. */
function plainInterval(towers: readonly PricedModel[]) {
  const narrow = towers.filter(({ parts }) => parts.length > 0);
  if (narrow.length === 0) return { loss: 0, low: 0, high: 0 };
  const losses = narrow.map((tower) => rawLoss([tower]));
  const fragile = narrow[losses.indexOf(Math.max(...losses))]!;
  const whole = { ...fragile, parts: narrow.flatMap(({ parts }) => parts) };
  const value = fitted(saturated(rawLoss(narrow)));
  const [low, high] = endsOf(storedPrice().quantiles, whole, value);
  return { loss: lossOf(value), low: lossOf(low), high: high >= 0.97 * fitted(COLLAPSE) ? Infinity : lossOf(high) };
}

/** Losses by several kinds of compression add up; measured together they are up to 1.4 times their sum (oBERT with INT8). */
const TOGETHER = 1.4;

/** Price of the narrow parts, of sparse weights and activations and of fewer tokens, at most that of a collapse. */
export function priceOf(towers: readonly PricedModel[]): PrecisionPrice {
  const narrow = narrowPrice(towers);
  const others = [
    ...(towers.some(({ sparsity }) => sparsity !== undefined) ? [sparsePrice(towers)] : []),
    ...(towers.some(({ reduction }) => reduction !== undefined) ? [reductionPrice(towers)] : []),
    ...(towers.some(({ zeros }) => zeros !== undefined) ? [zerosPrice(towers)] : []),
  ];
  if (others.length === 0) return narrow;
  const sum = (of: (loss: { loss: number; low: number; high: number }) => number): number =>
    others.reduce((total, each) => total + of(each), of(narrow));
  const high = sum((each) => each.high) * (others.length > 1 || narrow.high > 0 ? TOGETHER : 1);
  return {
    loss: Math.min(
      COLLAPSE,
      sum(({ loss }) => loss),
    ),
    low: Math.min(
      COLLAPSE,
      sum(({ low }) => low),
    ),
    high: high >= COLLAPSE ? Infinity : high,
    marks: [...narrow.marks, ...sparseMarks(towers), ...reductionMarks(towers), ...zerosMarks(towers)],
  };
}

/**
 * Price of the narrow parts. Ends of intervals are the largest over all settings with as many bits or more in every operand, so
 * that they, like the estimate, never fall when bits do.
 */
function narrowPrice(towers: readonly PricedModel[]): PrecisionPrice {
  const narrow = towers.filter(({ parts }) => parts.length > 0);
  const { loss } = plainInterval(narrow);
  let [low, high] = [-Infinity, 0];
  const usedOf = (operand: Operand): readonly number[] => {
    const bits = narrow.flatMap(({ parts }) =>
      parts.filter((part) => part.operand === operand).map((part) => part.bits),
    );
    return bits.length === 0 ? [0] : WIDTHS[operand].filter((width) => width === 0 || width > Math.min(...bits));
  };
  for (const weights of usedOf("weights"))
    for (const activations of usedOf("activations"))
      for (const kv of usedOf("kv")) {
        const wider = plainInterval(raised(narrow, { weights, activations, kv }));
        low = Math.max(low, wider.loss === 0 ? -Infinity : wider.low);
        high = Math.max(high, wider.high);
      }
  return { loss, low: low === -Infinity ? 0 : low, high, marks: marksOf(narrow) };
}

/** Kinds that rest on one source, families with few rows. */
function marksOf(towers: readonly PricedModel[]): readonly string[] {
  const { coverage } = storedPrice();
  const marks = towers.flatMap((tower) =>
    tower.parts.flatMap((part): readonly string[] => {
      const key = coverageKey(tower, part);
      const found = coverage[key];
      return found !== undefined && found.sources.length < 2 ? [`${key.replaceAll(" ", "_")}_one_source`] : [];
    }),
  );
  const few = towers.some(({ family }) => family === "clip") ? ["clip_precision_few_rows"] : [];
  return [...new Set([...few, ...marks])];
}
