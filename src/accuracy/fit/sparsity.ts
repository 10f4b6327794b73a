import { createHash } from "node:crypto";
import { exp, log } from "../../math/index.ts";
import { COLLAPSE, fitted, lossOf } from "../precision/form.ts";
import {
  isCoveredBy,
  sparseEffects,
  sparseKind,
  type SparseCoverage,
  type SparseFamily,
  type SparseModel,
  type StoredSparsity,
} from "../sparsity/form.ts";
import { tableText } from "../stored-fit.ts";
import { parseTable } from "./observation.ts";
import { boundedRidge } from "./solve.ts";
import { spearman } from "./statistics.ts";

const TABLE = "sparsity.csv";
const FAMILIES = ["decoder", "bert"] as const;
/** Share of what is above chance that counts as all gone: e^-4. */
const NOTHING = 0.018;
const PENALTY = 0.3;
/** As for the predictor's own intervals: the plain quantile holds a little less than 90 %. */
const SAFETY = 1.15;

/** One published pair of figures. */
export interface SparseRow {
  readonly source: string;
  readonly name: string;
  readonly model: SparseModel;
  /** asinh(λ / 0.01). */
  readonly value: number;
}

export function sparseRows(text = tableText(TABLE)): readonly SparseRow[] {
  return parseTable(text).map((row): SparseRow => {
    const number = (name: string): number => Number(row[name]);
    const [baseline, value, chance] = [number("baseline"), number("value"), number("chance")];
    const left = Math.max(NOTHING, (value - chance) / (baseline - chance));
    const loss = row["unit"] === "perplexity" ? log(value / baseline) : -log(left);
    return {
      source: row["source"]!,
      name: row["model"]!,
      model: {
        family: row["family"] as SparseFamily,
        pattern: row["pattern"]!,
        gone: number("gone"),
        method: row["method"] as SparseModel["method"],
      },
      value: fitted(Math.min(loss, COLLAPSE)),
    };
  });
}

function effectsOf(rows: readonly SparseRow[]): readonly number[] {
  const design = rows.map(({ model }) => sparseEffects(model));
  const penalty = design[0]!.map((_, j) => (j === 0 ? 1e-6 : PENALTY));
  return boundedRidge(
    design,
    rows.map(({ value }) => value),
    penalty,
    penalty.map(() => false),
  );
}

/** A row by a fit that has not seen what it belongs to. */
export interface SparseForecast {
  readonly row: SparseRow;
  readonly predicted: number;
}

/** Whole sources are held out, and what the rest would refuse is left out; of decoders, which one source alone has, each model with all its rows. */
export function heldOutSparse(rows: readonly SparseRow[]): readonly SparseForecast[] {
  const groupOf = ({ model, source, name }: SparseRow): string => (model.family === "decoder" ? name : source);
  return [...new Set(rows.map(groupOf))].flatMap((group) => {
    const rest = rows.filter((row) => groupOf(row) !== group);
    const [effects, coverage] = [effectsOf(rest), coverageOf(rest)];
    return rows
      .filter((row) => groupOf(row) === group && isCoveredBy(coverage, row.model))
      .map((row) => ({
        row,
        predicted: sparseEffects(row.model).reduce((sum, each, i) => sum + each * effects[i]!, 0),
      }));
  });
}

/** The ⌈0.9 (n + 1)⌉-th smallest error, conformal, times {@link SAFETY}. */
function halfWidthOf(forecasts: readonly SparseForecast[]): number {
  const errors = forecasts.map(({ row, predicted }) => Math.abs(row.value - predicted)).sort((a, b) => a - b);
  return SAFETY * errors[Math.min(errors.length, Math.ceil(0.9 * (errors.length + 1))) - 1]!;
}

/** Fits the losses to their table; equal table, equal numbers. */
export function fitSparsity(): StoredSparsity {
  const text = tableText(TABLE);
  const rows = sparseRows(text);
  const fits = FAMILIES.map((family) => {
    const own = rows.filter(({ model }) => model.family === family);
    return [family, { effects: effectsOf(own), halfWidth: halfWidthOf(heldOutSparse(own)) }] as const;
  });
  return {
    table: TABLE,
    tableSha256: createHash("sha256").update(text).digest("hex"),
    families: Object.fromEntries(fits) as StoredSparsity["families"],
    coverage: coverageOf(rows),
  };
}

function coverageOf(rows: readonly SparseRow[]): Readonly<Record<string, SparseCoverage>> {
  const kinds = [...new Set(rows.map(({ model }) => sparseKind(model)))].sort();
  return Object.fromEntries(
    kinds.map((kind) => {
      const own = rows.filter(({ model }) => sparseKind(model) === kind);
      const shares = own.map(({ model }) => model.gone);
      const sources = [...new Set(own.map(({ source }) => source))].sort();
      return [kind, { least: Math.min(...shares), most: Math.max(...shares), rows: own.length, sources }];
    }),
  );
}

/** Markdown table of losses held out, as docs/accuracy.md shows it. */
export function sparsityTable(rows: readonly SparseRow[]): string {
  const stored = fitSparsity();
  const lines = FAMILIES.map((family) => {
    const forecasts = heldOutSparse(rows.filter(({ model }) => model.family === family));
    const { halfWidth } = stored.families[family];
    const inside = forecasts.filter(({ row, predicted }) => Math.abs(row.value - predicted) <= halfWidth).length;
    const ratios = forecasts
      .map(({ row, predicted }) => Math.abs(log(Math.max(1e-3, lossOf(row.value)) / Math.max(1e-3, lossOf(predicted)))))
      .sort((a, b) => a - b);
    const rank = spearman(
      forecasts.map(({ row }) => row.value),
      forecasts.map(({ predicted }) => predicted),
    );
    const middle = exp(ratios[Math.floor(ratios.length / 2)]!);
    const cells = [
      `${forecasts.length} of ${new Set(forecasts.map(({ row }) => row.source)).size}`,
      `${((100 * inside) / forecasts.length).toFixed(0)} %`,
      rank.toFixed(2),
      middle.toFixed(1),
    ];
    return `| ${family} | ${cells.join(" | ")} |`;
  });
  return [
    "| | rows of sources | inside the interval | Spearman | median factor between λ measured and predicted |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}
