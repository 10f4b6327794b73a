import { readFileSync } from "node:fs";
import { packageRoot } from "../package-root.ts";
import type { FormSettings } from "./fit/fit-form.ts";

/** Half widths of the 90 % interval, in log-odds, by what is known of the model. */
export interface HalfWidths {
  /** Trained on data that the fit knows. */
  readonly knownData: number;
  readonly unseenData: number;
  /** Pruned from a known parent and fine-tuned; null: no such model was fitted. */
  readonly pruned: number | null;
}

export interface FamilyError {
  readonly family: string;
  readonly models: number;
  /** Percentage points. */
  readonly maePoints: number;
  /** Null under four models. */
  readonly spearman: number | null;
}

/** Errors on models that were held out, never on those fitted. */
export interface CrossValidation {
  readonly models: number;
  readonly maePoints: number;
  readonly maePrunedPoints: number | null;
  /** A whole training set held out; null: there is only one. */
  readonly maeUnseenDataPoints: number | null;
  readonly spearman: number;
  /** Mean of the families' rank correlations, weighted by their models; null: no family has four. */
  readonly spearmanWithinFamily: number | null;
  /** Share of held-out models inside the 90 % interval that was made without them. */
  readonly coverage: number;
  readonly families: readonly FamilyError[];
}

/** One fit, as kept in `tables/coefficients.json`. */
export interface StoredFit {
  readonly metric: string;
  readonly table: string;
  readonly tableSha256: string;
  readonly settings: FormSettings;
  readonly intercept: number;
  readonly amplitudes: readonly number[];
  readonly effects: Readonly<Record<string, number>>;
  readonly halfWidths: HalfWidths;
  readonly crossValidation: CrossValidation;
  /** Lowest and highest value seen, by column. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
  readonly knownData: readonly string[];
  /** Models fitted, by their shape: natural log of text blocks, vision blocks, patches (0 where there is no such tower). */
  readonly models: readonly StoredModel[];
}

export interface StoredModel {
  readonly name: string;
  readonly data: string;
  readonly shape: readonly [text: number, vision: number, patches: number];
}

export function tableText(name: string): string {
  return readFileSync(new URL(`src/accuracy/tables/${name}`, packageRoot), "utf8");
}

let loaded: ReadonlyMap<string, StoredFit> | undefined;

/** The stored fits by metric, read once. */
export function storedFits(): ReadonlyMap<string, StoredFit> {
  loaded ??= new Map(
    (JSON.parse(tableText("coefficients.json")) as readonly StoredFit[]).map((fit) => [fit.metric, fit]),
  );
  return loaded;
}
