import { createHash } from "node:crypto";
import { exp, log, square } from "../../math/index.ts";
import type { VisionTower } from "../../spec/model.ts";
import { shareOfTokens, type TokenReduction } from "../../spec/token-reduction.ts";
import { COLLAPSE, fitted, fittedSlope, lossOf } from "../precision/form.ts";
import { tableText } from "../stored-fit.ts";
import {
  reductionEffects,
  reductionKind,
  reductionLossBy,
  thinness,
  type ReducedModel,
  type ReductionCoverage,
  type StoredReduction,
} from "../token-reduction/form.ts";
import { parseTable } from "./observation.ts";
import { solvePositive } from "./solve.ts";
import { spearman } from "./statistics.ts";

const TABLE = "token-reduction.csv";
const PENALTY = 0.03;
/** Where the search for the amplitude starts: a loss of 1 % at a share of 1 / √2. */
const START = log(0.01);
/** As for the predictor's own intervals: the plain quantile holds a little less than 90 %. */
const SAFETY = 1.15;
const ITERATIONS = 100;

/** One published pair of figures. */
export interface ReductionRow {
  readonly source: string;
  readonly name: string;
  readonly model: ReducedModel;
  /** asinh(λ / 0.01). */
  readonly value: number;
}

export function reductionRows(text = tableText(TABLE)): readonly ReductionRow[] {
  return parseTable(text).map((row): ReductionRow => {
    const number = (name: string): number => Number(row[name]);
    const [layers, hidden, tokens] = [number("layers"), number("hidden"), number("tokens")];
    const isRetrained = row["method"] === "retrained";
    const isMerging = row["merge"] !== "";
    const tokenReduction: TokenReduction = isMerging
      ? { merge: Array.from({ length: layers }, () => number("merge")), retrained: isRetrained }
      : { keep: number("keep"), fuse: row["fuse"] === "yes", retrained: isRetrained };
    const shape = { layers, tokens, imageSize: number("image"), patchSize: number("patch"), tokenReduction };
    const [chance, baseline, value] = [number("chance"), number("baseline"), number("value")];
    return {
      source: row["source"]!,
      name: row["model"]!,
      model: {
        form: isMerging ? "merging" : "pruning",
        isRetrained,
        share: shareOfTokens(shape as VisionTower),
        tokens,
        // All of them have an FFN of four times the width.
        parameters: 12 * layers * hidden * hidden,
      },
      value: fitted(Math.min(COLLAPSE, -log((value - chance) / (baseline - chance)))),
    };
  });
}

/** Least squares by Levenberg and Marquardt, all effects but the first drawn to zero. */
function effectsOf(rows: readonly ReductionRow[]): readonly number[] {
  const design = rows.map(({ model }) => reductionEffects(model));
  const penalty = design[0]!.map((_, j) => (j === 0 ? 0 : PENALTY));
  const costOf = (at: readonly number[]): number =>
    rows.reduce((sum, { model, value }) => sum + square(fitted(reductionLossBy(at, model)) - value), 0) +
    at.reduce((sum, each, j) => sum + penalty[j]! * each * each, 0);
  const all = penalty.map((_, j) => j);
  let at: readonly number[] = penalty.map((_, j) => (j === 0 ? START : 0));
  let cost = costOf(at);
  let damping = 1;
  for (let step = 0; step < ITERATIONS && damping < 1e9; step++) {
    const gram = all.map((j) => Float64Array.from(all, (k) => (j === k ? penalty[j]! : 0)));
    const moment = Float64Array.from(at, (each, j) => penalty[j]! * each);
    rows.forEach(({ model, value }, i) => {
      const amplitude = design[i]!.reduce((sum, each, j) => sum + each * at[j]!, 0);
      const loss = exp(amplitude) * thinness(model);
      const slope = loss * fittedSlope(loss);
      const error = fitted(loss) - value;
      for (const j of all) {
        moment[j]! += slope * design[i]![j]! * error;
        for (const k of all) gram[j]![k]! += slope * slope * design[i]![j]! * design[i]![k]!;
      }
    });
    const extra = gram.map((row, j) => damping * row[j]!);
    const move = solvePositive(gram, moment, extra, all);
    const next = at.map((each, j) => each - move[j]!);
    const tried = costOf(next);
    if (tried >= cost) damping *= 4;
    else [at, cost, damping] = [next, tried, Math.max(damping / 3, 1e-9)];
  }
  // Twelve digits are the same on every platform.
  return at.map((each) => Number(each.toPrecision(12)));
}

/** A row by a fit that has not seen what it belongs to. */
export interface ReductionForecast {
  readonly row: ReductionRow;
  readonly predicted: number;
}

/**
 * Retrained models, of which two sources tell, have whole sources held out; the others, which are of one source, each model with all its
 * rows. The rest says the amplitude; which kinds it has does not matter, since each kind but one is of one source.
 */
export function heldOutReductions(rows: readonly ReductionRow[]): readonly ReductionForecast[] {
  const groupOf = ({ model, source, name }: ReductionRow): string => (model.isRetrained ? source : name);
  return [...new Set(rows.map(groupOf))].flatMap((group) => {
    const effects = effectsOf(rows.filter((row) => groupOf(row) !== group));
    return rows
      .filter((row) => groupOf(row) === group)
      .map((row) => ({ row, predicted: fitted(reductionLossBy(effects, row.model)) }));
  });
}

/** The ⌈0.9 (n + 1)⌉-th smallest error, conformal, times {@link SAFETY}. */
function halfWidthOf(forecasts: readonly ReductionForecast[]): number {
  const errors = forecasts.map(({ row, predicted }) => Math.abs(row.value - predicted)).sort((a, b) => a - b);
  return Number((SAFETY * errors[Math.min(errors.length, Math.ceil(0.9 * (errors.length + 1))) - 1]!).toPrecision(12));
}

function coverageOf(rows: readonly ReductionRow[]): Readonly<Record<string, ReductionCoverage>> {
  const kinds = [...new Set(rows.map(({ model }) => reductionKind(model)))].sort();
  return Object.fromEntries(
    kinds.map((kind) => {
      const own = rows.filter(({ model }) => reductionKind(model) === kind);
      const tokens = own.map(({ model }) => model.tokens);
      return [
        kind,
        {
          leastShare: Math.min(...own.map(({ model }) => model.share)),
          tokens: [Math.min(...tokens), Math.max(...tokens)],
          rows: own.length,
          sources: [...new Set(own.map(({ source }) => source))].sort(),
        },
      ];
    }),
  );
}

/** Fits the losses to their table; equal table, equal numbers. */
export function fitReduction(): StoredReduction {
  const text = tableText(TABLE);
  const rows = reductionRows(text);
  return {
    table: TABLE,
    tableSha256: createHash("sha256").update(text).digest("hex"),
    effects: effectsOf(rows),
    halfWidth: halfWidthOf(heldOutReductions(rows)),
    coverage: coverageOf(rows),
  };
}

/** Markdown table of losses held out, as docs/accuracy.md shows it. */
export function reductionTable(rows: readonly ReductionRow[]): string {
  const { halfWidth } = fitReduction();
  const forecasts = heldOutReductions(rows);
  const kinds = [...new Set(rows.map(({ model }) => reductionKind(model)))].sort();
  const lines = ["all", ...kinds].map((kind) => {
    const own = forecasts.filter(({ row }) => kind === "all" || reductionKind(row.model) === kind);
    const inside = own.filter(({ row, predicted }) => Math.abs(row.value - predicted) <= halfWidth).length;
    // Points of top-1 at a baseline of 80 %.
    const points = own
      .map(({ row, predicted }) => 80 * Math.abs(exp(-lossOf(row.value)) - exp(-lossOf(predicted))))
      .sort((a, b) => a - b);
    const cells = [
      `${own.length} of ${new Set(own.map(({ row }) => row.source)).size}`,
      `${((100 * inside) / own.length).toFixed(0)} %`,
      spearman(
        own.map(({ row }) => row.value),
        own.map(({ predicted }) => predicted),
      ).toFixed(2),
      points[Math.floor(points.length / 2)]!.toFixed(2),
      points.at(-1)!.toFixed(2),
    ];
    return `| ${kind} | ${cells.join(" | ")} |`;
  });
  return [
    "| | rows of sources | inside the interval | Spearman | median error, points at 80 % | largest |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}
