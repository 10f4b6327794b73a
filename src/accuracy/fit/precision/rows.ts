import { exp, log } from "../../../math/index.ts";
import {
  COLLAPSE,
  FULL_BITS,
  type ActivationsMethod,
  type Family,
  type NarrowPart,
  type PricedModel,
  type WeightsMethod,
} from "../../precision/form.ts";
import { parseTable } from "../observation.ts";

/** One published pair of figures: a model in full precision, and narrowed. */
export interface LossRow {
  readonly source: string;
  readonly model: PricedModel;
  /** Name of the model and its data: rows of equal ones differ in precision alone. */
  readonly subject: string;
  readonly unit: "perplexity" | "percent";
  readonly baseline: number;
  readonly chance: number;
  /** λ, at most {@link COLLAPSE}. */
  readonly loss: number;
}

/** Share of what is above chance that counts as all gone: e^-4. */
const NOTHING = 0.018;

export function lossRows(table: string): readonly LossRow[] {
  return parseTable(table).map((row): LossRow => {
    const number = (name: string): number => Number(row[name]);
    const [baseline, value, chance] = [number("baseline"), number("value"), number("chance")];
    const unit = row["unit"] as LossRow["unit"];
    const loss =
      unit === "perplexity" ? log(value / baseline) : -log(Math.max(NOTHING, (value - chance) / (baseline - chance)));
    return {
      source: row["source"]!,
      model: modelOf(row),
      subject: `${row["model"]} ${row["data"]}`,
      ...{ unit, baseline, chance },
      loss: Math.min(loss, COLLAPSE),
    };
  });
}

function modelOf(row: Readonly<Record<string, string>>): PricedModel {
  const family = row["family"] as Family;
  const tower = row["tower"];
  const part = (operand: NarrowPart["operand"]): readonly NarrowPart[] => {
    const bits = Number(row[`${operand}_bits`]);
    if (bits >= FULL_BITS) return [];
    const group = operand === "weights" ? Number(row["group"]) : 0;
    return [
      { operand, bits, share: Number(row["share"]), group, hasText: tower !== "vision", hasVision: tower !== "text" },
    ];
  };
  return {
    family,
    task: row["task"]!,
    weights: row["weights_method"] as WeightsMethod,
    activations: (row["activations_method"] || "none") as ActivationsMethod,
    isCodebook: row["codebook"] === "yes",
    parameters: Number(row["parameters"]),
    tokens: row["tokens"] === "" ? null : Number(row["tokens"]),
    parts: [...part("weights"), ...part("activations"), ...part("kv")],
  };
}

/** A loss in the unit of its row: percentage points, or the log of the ratio of perplexities. */
export function inUnit(
  { unit, baseline, chance }: Pick<LossRow, "unit" | "baseline" | "chance">,
  loss: number,
): number {
  return unit === "perplexity" ? loss : (baseline - chance) * (1 - exp(-loss));
}
