import { drawFactors, technologyInDraw } from "../../cost/index.ts";
import { repricedMetrics, type Pricing } from "../../evaluate/index.ts";
import { log } from "../../math/index.ts";
import { comparedKey, metricOfKey } from "../../metrics/index.ts";
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

/** Stream of the factors of products of several dies. */
const JOINING = 1;

/**
 * Monte Carlo over the factors: each draw gives every factor one quantile of its own triangle (low, value, high), the same for
 * all designs, so that fab, grid and memory maker, which they share, move them together.
 *
 * Mapping, counters and timing stay as they are; accuracies are drawn together, and limits of the study are looked at again in every draw. Only the
 * given designs compete: one that the search has thrown away cannot come back. A design of which a draw leaves something unknown
 * that the study asks for is out of that draw.
 *
 * @param accuraciesOf  accuracies of the designs in one draw, from standard normal numbers; null: the study has none
 * @param seed  equal seeds, equal numbers
 */
export function drawDesigns(
  designs: readonly PricedDesign[],
  { objectives, constraints }: Pick<Study, "objectives" | "constraints">,
  accuraciesOf: ((normal: () => number) => readonly number[]) | null,
  draws: number,
  seed: number,
): readonly DesignInDraws[] {
  const asked = [...objectives, ...constraints].map(({ metric }) => metric);
  const total = comparedKey("carbon_total_kgCO2e", objectives);
  const wanted = [...asked, total];
  const results = designs.map(({ trial }) => ({ trial, onFront: 0, totals: [] as (number | null)[] }));
  for (let draw = 0; draw < draws; draw += 1) {
    const random = createRandom(seed, draw);
    const joining = createRandom(seed, draw, JOINING);
    const quantiles = drawFactors(
      () => random.float(),
      () => joining.float(),
    );
    const accuracies = accuraciesOf?.(normals(() => random.float())) ?? null;
    const costs: Costs[] = [];
    const feasible: number[] = [];
    designs.forEach(({ metrics, pricing }, i) => {
      const { hardware, technology } = pricing.design;
      const priced = repriced(metrics, pricing, technologyInDraw(hardware, technology, quantiles), wanted);
      const drawn = accuracies === null ? priced : { ...priced, accuracy: accuracies[i]! };
      results[i]!.totals.push(drawn[total] ?? null);
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

/** Standard normal numbers from uniform ones: Marsaglia and Bray, SIAM Review 6(3), 1964. */
function normals(uniform: () => number): () => number {
  return () => {
    for (;;) {
      const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
    }
  };
}

/** Metrics of these keys: what depends on factors anew; what is not known under this technology is left out. */
function repriced(
  metrics: Metrics,
  pricing: Pricing,
  technology: Pricing["design"]["technology"],
  wanted: readonly string[],
): Metrics {
  const kept = Object.entries(metrics).filter(([key]) => (metricOfKey(key)?.priced.length ?? 0) === 0);
  const known = Object.entries(repricedMetrics(pricing, technology, wanted)).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number",
  );
  return Object.fromEntries([...kept, ...known]);
}

/** The value below which a share of the numbers lies; null: there are none. */
export function quantileOf(values: readonly (number | null)[], share: number): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? null;
}
