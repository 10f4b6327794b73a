import { drawFactors, technologyInDraw } from "../../cost/index.ts";
import { price, totalsOf, type Pricing } from "../../evaluate/index.ts";
import { combined, type Known } from "../../metrics/index.ts";
import { createRandom } from "../../random/index.ts";
import { assess, nonDominated, type Costs, type Trial } from "../../search/index.ts";
import type { Study } from "../../spec/index.ts";

type Metrics = Readonly<Record<string, number>>;

/** One design, evaluated: its metrics at nominal factors, and what it takes to price it again. */
export interface PricedDesign {
  readonly trial: Trial;
  readonly metrics: Metrics;
  readonly pricing: Pricing;
}

/** What became of one design over all draws. */
export interface DesignInDraws {
  readonly trial: Trial;
  /** Draws in which it is on the front. */
  readonly onFront: number;
  /** Total carbon in each draw, kgCO2e; null: not known there. */
  readonly totals: readonly (number | null)[];
}

/**
 * Monte Carlo over the factors: each draw gives every factor one quantile of its own triangle (low, value, high), the same for
 * all designs, so that fab, grid and memory maker, which they share, move them together.
 *
 * Mapping, counters, timing and accuracy stay as they are; limits of the study are looked at again in every draw. Only the
 * given designs compete: one that the search has thrown away cannot come back. A design of which a draw leaves something unknown
 * that the study asks for is out of that draw.
 *
 * @param seed  equal seeds, equal numbers
 */
export function drawDesigns(
  designs: readonly PricedDesign[],
  { objectives, constraints }: Pick<Study, "objectives" | "constraints">,
  draws: number,
  seed: number,
): readonly DesignInDraws[] {
  const asked = [...objectives, ...constraints].map(({ metric }) => metric);
  const results = designs.map(({ trial }) => ({ trial, onFront: 0, totals: [] as (number | null)[] }));
  for (let draw = 0; draw < draws; draw += 1) {
    const random = createRandom(seed, draw);
    const quantiles = drawFactors(() => random.float());
    const costs: Costs[] = [];
    const feasible: number[] = [];
    designs.forEach(({ metrics, pricing }, i) => {
      const { hardware, technology } = pricing.design;
      const drawn = repriced(metrics, pricing, technologyInDraw(hardware, technology, quantiles));
      results[i]!.totals.push(drawn["carbon_total_kgCO2e"] ?? null);
      if (asked.some((metric) => !Object.hasOwn(drawn, metric))) return;
      const assessment = assess({ kind: "evaluated", metrics: drawn }, objectives, constraints);
      if (assessment.kind !== "feasible") return;
      costs.push(assessment.costs);
      feasible.push(i);
    });
    for (const place of nonDominated(costs)) results[feasible[place]!]!.onFront += 1;
  }
  return results;
}

/** Metrics that depend on factors, anew; those that are not known under this technology are left out. */
function repriced(metrics: Metrics, pricing: Pricing, technology: Pricing["design"]["technology"]): Metrics {
  const totals = totalsOf(price(pricing, technology));
  const late = (value: Known): Known => combined("product", [value], (each) => each * pricing.latency_s);
  const changed: Readonly<Record<string, Known>> = {
    ...totals,
    edp_Js: late(totals.energy_total_J),
    cdp_kgCO2e_s: late(totals.carbon_embodied_kgCO2e),
    tcdp_kgCO2e_s: late(totals.carbon_total_kgCO2e),
  };
  const kept = Object.entries(metrics).filter(([key]) => !Object.hasOwn(changed, key));
  const known = Object.entries(changed).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries([...kept, ...known]);
}

/** The value below which a share of the numbers lies; null: there are none. */
export function quantileOf(values: readonly (number | null)[], share: number): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? null;
}
