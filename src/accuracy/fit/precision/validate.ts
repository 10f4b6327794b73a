import { log } from "../../../math/index.ts";
import { BANDS, COLLAPSE, bandOf, endsOf, fitted, lossBy, lossOf, narrowestOf } from "../../precision/form.ts";
import { mean, spearman } from "../statistics.ts";
import { fitLosses, isCovered, lowestWidths } from "./fit.ts";
import { errorQuantiles, type HeldOut } from "./quantiles.ts";
import { inUnit, type LossRow } from "./rows.ts";

const FOLDS = 10;

/** Rows by a fit that has not seen their source, sources in ten folds; what that fit would refuse is left out. */
export function heldOutRows(rows: readonly LossRow[]): readonly HeldOut[] {
  const sources = sourcesOf(rows);
  const folds = Math.min(FOLDS, sources.length);
  return Array.from({ length: folds }, (_, fold) => sources.filter((__, i) => i % folds === fold)).flatMap((held) => {
    const { train, test } = split(rows, new Set(held));
    if (test.length === 0) return [];
    const coefficients = fitLosses(train);
    return test.map(({ source, model, loss }) => ({
      ...{ source, model, truth: fitted(loss) },
      value: fitted(lossBy(coefficients, model)),
    }));
  });
}

export const sourcesOf = (rows: readonly LossRow[]): readonly string[] =>
  [...new Set(rows.map(({ source }) => source))].sort();

/** Rows without the held sources, and those of them that the rest covers. */
export function split(rows: readonly LossRow[], held: ReadonlySet<string>) {
  const train = rows.filter(({ source }) => !held.has(source));
  const lowest = lowestWidths(train);
  return { train, test: rows.filter((row) => held.has(row.source) && isCovered(lowest, row)) };
}

/** A row with its estimate and interval, as losses λ. */
export interface Forecast {
  readonly row: LossRow;
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Beyond this there is no upper end: anything may be left. */
export const NO_END = 50;

/** Estimates and intervals of rows from others; the widths come from sources held out within those. */
export function forecast(train: readonly LossRow[], test: readonly LossRow[]): readonly Forecast[] {
  const coefficients = fitLosses(train);
  const quantiles = errorQuantiles(heldOutRows(train));
  return test.map((row): Forecast => {
    const value = fitted(lossBy(coefficients, row.model));
    const [low, high] = endsOf(quantiles, row.model, value);
    const isOpen = high >= 0.97 * fitted(COLLAPSE);
    return { row, estimate: lossOf(value), low: lossOf(low), high: isOpen ? NO_END : lossOf(high) };
  });
}

/** The rival: medians and quantiles of rows of equal family, unit and widths; of the band, of the unit where there are under three. */
export function medianForecast(train: readonly LossRow[], test: readonly LossRow[]): readonly Forecast[] {
  const byKey = new Map<string, number[]>();
  for (const row of train)
    for (const key of keysOf(row)) byKey.set(key, [...(byKey.get(key) ?? []), inUnit(row, row.loss)]);
  return test.map((row): Forecast => {
    const values = keysOf(row)
      .map((key) => byKey.get(key) ?? [])
      .find((each) => each.length >= 3)!;
    const back = (value: number): number =>
      row.unit === "perplexity" ? value : -log(Math.max(0.02, 1 - value / (row.baseline - row.chance)));
    const [low, middle, high] = [0.05, 0.5, 0.95].map((share) => back(quantile(values, share)));
    return { row, estimate: middle!, low: low!, high: high! };
  });
}

function keysOf({ model, unit }: LossRow): readonly string[] {
  const widths = model.parts.map(({ operand, bits }) => `${operand} ${bits}`).join(" ");
  const band = String(bandOf(narrowestOf(model)));
  return [`${model.family} ${unit} ${widths}`, `${model.family} ${unit} band ${band}`, `${unit} band ${band}`, unit];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const rest = place - below;
  return sorted[below]! * (1 - rest) + (sorted[below + 1] ?? sorted[below]!) * rest;
}

export interface LossErrors {
  readonly rows: number;
  readonly sources: number;
  /** Share inside the 90 % interval. */
  readonly coverage: number;
  readonly spearman: number;
  /** By unit: median absolute error and mean interval score; null: no such rows. */
  readonly percent: { readonly median: number; readonly score: number } | null;
  readonly perplexity: { readonly median: number; readonly score: number } | null;
}

/** Width of an interval and 2/10 % of what lies outside: Gneiting and Raftery, JASA 102(477), 2007. */
const MISS = 20;

export function errorsOf(forecasts: readonly Forecast[]): LossErrors {
  const inside = forecasts.filter(({ row: { loss }, low, high }) => loss >= low - 1e-9 && loss <= high + 1e-9);
  const of = (unit: LossRow["unit"]): LossErrors["percent"] => {
    const own = forecasts.filter(({ row }) => row.unit === unit);
    if (own.length === 0) return null;
    const cut = (row: LossRow, loss: number): number =>
      inUnit(row, unit === "perplexity" ? Math.min(loss, COLLAPSE) : loss);
    const scores = own.map(({ row, low, high }) => {
      const [a, b, y] = [cut(row, low), cut(row, high), cut(row, row.loss)];
      return b - a + MISS * Math.max(0, a - y) + MISS * Math.max(0, y - b);
    });
    const errors = own.map(({ row, estimate }) => Math.abs(inUnit(row, row.loss) - inUnit(row, estimate)));
    return { median: quantile(errors, 0.5), score: mean(scores) };
  };
  return {
    rows: forecasts.length,
    sources: new Set(forecasts.map(({ row }) => row.source)).size,
    coverage: inside.length / forecasts.length,
    spearman: spearman(
      forecasts.map(({ row }) => row.loss),
      forecasts.map(({ estimate }) => estimate),
    ),
    percent: of("percent"),
    perplexity: of("perplexity"),
  };
}

/** Every source held out in turn, by the form and by the table of medians. */
export function bySource(rows: readonly LossRow[]): {
  readonly form: readonly Forecast[];
  readonly medians: readonly Forecast[];
} {
  const all = sourcesOf(rows).map((source) => {
    const { train, test } = split(rows, new Set([source]));
    if (test.length === 0) return { form: [], medians: [] };
    return { form: forecast(train, test), medians: medianForecast(train, test) };
  });
  return { form: all.flatMap(({ form }) => form), medians: all.flatMap(({ medians }) => medians) };
}

export const bandOfRow = ({ row }: Forecast): (typeof BANDS)[number] => bandOf(narrowestOf(row.model));
