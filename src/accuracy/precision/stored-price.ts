import { tableText } from "../stored-fit.ts";
import type { Coefficients } from "./form.ts";

/** Rows that stand for a kind of narrow part: `family operand kind`. */
export interface KindCoverage {
  readonly lowestBits: number;
  readonly rows: number;
  readonly sources: readonly string[];
}

/** How the difference of two settings of one model errs: deviation = floor + slope · |difference|, on the fitted scale. */
export interface PairSpread {
  readonly floor: number;
  readonly slope: number;
}

/** The fit of losses, as kept in `tables/precision.json`. */
export interface StoredPrice {
  readonly table: string;
  readonly tableSha256: string;
  readonly rows: number;
  readonly sources: number;
  readonly coefficients: Coefficients;
  readonly quantiles: { readonly low: readonly number[]; readonly high: readonly number[] };
  readonly coverage: Readonly<Record<string, KindCoverage>>;
  readonly pairs: PairSpread;
}

let loaded: StoredPrice | undefined;

export function storedPrice(): StoredPrice {
  loaded ??= JSON.parse(tableText("precision.json")) as StoredPrice;
  return loaded;
}
