import { drawFactors, technologyInDraw } from "../../cost/index.ts";
import { price, totalsOf, type Pricing } from "../../evaluate/index.ts";
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
  /** Total carbon in each draw, kgCO2e. */
  readonly totals: readonly number[];
}

/**
 * Monte Carlo over the factors: each draw gives every factor one quantile of its own triangle (low, value, high), the same for
 * all designs, so that fab, grid and memory maker, which they share, move them together.
 *
 * Mapping, counters, timing and accuracy stay as they are; limits of the study are looked at again in every draw. Only the
 * given designs compete: one that the search has thrown away cannot come back.
 *
 * @param seed  equal seeds, equal numbers
 */
export function drawDesigns(
  designs: readonly PricedDesign[],
  { objectives, constraints }: Pick<Study, "objectives" | "constraints">,
  draws: number,
  seed: number,
): readonly DesignInDraws[] {
  const results = designs.map(({ trial }) => ({ trial, onFront: 0, totals: [] as number[] }));
  for (let draw = 0; draw < draws; draw += 1) {
    const random = createRandom(seed, draw);
    const quantiles = drawFactors(() => random.float());
    const costs: Costs[] = [];
    const feasible: number[] = [];
    designs.forEach(({ metrics, pricing }, i) => {
      const { hardware, technology } = pricing.design;
      const drawn = repriced(metrics, pricing, technologyInDraw(hardware, technology, quantiles));
      results[i]!.totals.push(drawn["carbon_total_kgCO2e"] ?? NaN);
      const assessment = assess({ kind: "evaluated", metrics: drawn }, objectives, constraints);
      if (assessment.kind !== "feasible") return;
      costs.push(assessment.costs);
      feasible.push(i);
    });
    for (const place of nonDominated(costs)) results[feasible[place]!]!.onFront += 1;
  }
  return results;
}

/** Metrics that depend on factors, anew. */
function repriced(metrics: Metrics, pricing: Pricing, technology: Pricing["design"]["technology"]): Metrics {
  const totals = totalsOf(price(pricing, technology));
  const latency = pricing.latency_s;
  const products = {
    edp_Js: times(totals.energy_total_J, latency),
    cdp_kgCO2e_s: times(totals.carbon_embodied_kgCO2e, latency),
    tcdp_kgCO2e_s: times(totals.carbon_total_kgCO2e, latency),
  };
  const changed = Object.entries({ ...totals, ...products }).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return { ...metrics, ...Object.fromEntries(changed) };
}

function times(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

/** The value below which a share of the numbers lies. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
}
