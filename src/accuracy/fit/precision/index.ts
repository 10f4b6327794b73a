import { createHash } from "node:crypto";
import { log } from "../../../math/index.ts";
import { normalBelow } from "../../normal.ts";
import { coverageKey } from "../../precision/form.ts";
import type { KindCoverage, PairSpread, StoredPrice } from "../../precision/stored-price.ts";
import { tableText } from "../../stored-fit.ts";
import { fitLosses, rowWeights } from "./fit.ts";
import { pairsOf } from "./pairs.ts";
import { errorQuantiles } from "./quantiles.ts";
import { lossRows, type LossRow } from "./rows.ts";
import { heldOutRows, sourcesOf } from "./validate.ts";

const TABLE = "precision.csv";

export const precisionRows = (): readonly LossRow[] => lossRows(tableText(TABLE));

/** Fits the losses to their table; equal table, equal numbers. */
export function fitPrecision(): StoredPrice {
  const text = tableText(TABLE);
  const rows = lossRows(text);
  const coefficients = Object.entries(fitLosses(rows)).filter(([name]) => !name.startsWith("source "));
  return {
    table: TABLE,
    tableSha256: createHash("sha256").update(text).digest("hex"),
    rows: rows.length,
    sources: sourcesOf(rows).length,
    coefficients: Object.fromEntries(coefficients),
    quantiles: errorQuantiles(heldOutRows(rows)),
    coverage: coverageOf(rows),
    pairs: pairSpread(rows),
  };
}

function coverageOf(rows: readonly LossRow[]): Readonly<Record<string, KindCoverage>> {
  const found = new Map<string, { lowestBits: number; rows: number; sources: Set<string> }>();
  for (const { model, source } of rows)
    for (const part of model.parts) {
      const key = coverageKey(model, part);
      const known = found.get(key) ?? { lowestBits: Infinity, rows: 0, sources: new Set() };
      known.lowestBits = Math.min(known.lowestBits, part.bits);
      known.rows += 1;
      known.sources.add(source);
      found.set(key, known);
    }
  return Object.fromEntries(
    [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, { ...each, sources: [...each.sources].sort() }]),
  );
}

const FLOORS = [0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7] as const;
const SLOPES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6] as const;
/** No pair is taken to be surer than this: an odd one must not decide. */
const SUREST = 0.999;

/**
 * How differences of two settings of one model in one source err, the source held out: floor and slope of the largest likelihood of
 * the orders of pairs, each source by the root of its pairs.
 */
function pairSpread(rows: readonly LossRow[]): PairSpread {
  const pairs = pairsOf(rows).filter(({ predicted, measured }) => predicted !== 0 && measured !== 0);
  const weights = rowWeights(pairs);
  const spreads = FLOORS.flatMap((floor) => SLOPES.map((slope) => ({ floor, slope })));
  const costOf = ({ floor, slope }: PairSpread): number =>
    pairs.reduce((sum, { predicted, measured }, i) => {
      const size = Math.abs(predicted);
      const sure = Math.min(SUREST, normalBelow(size / (floor + slope * size)));
      return sum - weights[i]! * log(predicted * measured > 0 ? sure : 1 - sure);
    }, 0);
  const costs = spreads.map(costOf);
  return spreads[costs.indexOf(Math.min(...costs))]!;
}
