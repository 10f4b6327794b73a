import { createExactMerger, type ExactDesign, type ExactResult } from "../../../search/index.ts";
import type { Study, StudyConstraint, StudyObjective } from "../../../spec/index.ts";

/** Metrics that are products of two sums, both positive. */
const FACTORS: Readonly<Record<string, readonly [string, string]>> = {
  edp_Js: ["energy_total_J", "latency_s"],
  tcdp_kgCO2e_s: ["carbon_total_kgCO2e", "latency_s"],
};

const isProduct = (metric: string): boolean => Object.hasOwn(FACTORS, metric);
const isLater = ({ metric, comparison }: StudyConstraint): boolean => isProduct(metric) && comparison === "<=";

/**
 * A study without products: in their place their factors are made least, also those that only a limit asks for. Whatever
 * is on the front of the products is on this front, or equals a design of it in every objective: a design that is no
 * worse in the factors is no worse in their product.
 *
 * @returns the study itself where there are none
 */
export function studyOfFactors(study: Study): Study {
  const { objectives, constraints } = study;
  const products = [...objectives, ...constraints.filter(isLater)].map(({ metric }) => metric).filter(isProduct);
  if (products.length === 0) return study;
  const factors = products.flatMap((metric) => FACTORS[metric]!);
  const sums = objectives.filter(({ metric }) => !isProduct(metric));
  const added = [...new Set(factors)].filter((metric) => !sums.some((objective) => objective.metric === metric));
  const least = added.map((metric): StudyObjective => ({ metric, direction: "min" }));
  return { ...study, objectives: [...sums, ...least], constraints: constraints.filter((each) => !isLater(each)) };
}

/**
 * The result of a study from that of its factors. Designs over a limit on a product are counted only where no design is
 * left: then all that are otherwise feasible break it.
 */
export function resultOfProducts(study: Study, factors: Study, result: ExactResult): ExactResult {
  if (factors === study) return result;
  const factorOf = (metric: string, { values }: ExactDesign): number =>
    values[factors.objectives.findIndex((objective) => objective.metric === metric)]!;
  const valueOf = (metric: string, design: ExactDesign): number =>
    isProduct(metric)
      ? FACTORS[metric]!.reduce((product, factor) => product * factorOf(factor, design), 1)
      : factorOf(metric, design);
  const limits = study.constraints.filter(isLater);
  const misses = (design: ExactDesign): readonly number[] =>
    limits.map(({ metric, limit }) => valueOf(metric, design) - limit);
  const within = result.front.filter((design) => misses(design).every((miss) => miss <= 0));
  const merger = createExactMerger(study.objectives);
  merger.add({
    ...result,
    front: within.map((design) => ({
      ...design,
      values: study.objectives.map(({ metric }) => valueOf(metric, design)),
    })),
  });
  const whole = merger.result();
  if (whole.front.length > 0 || result.front.length === 0) return whole;
  const broken = limits.map(({ text, limit }, l) => {
    const nearestAmount = result.front.reduce((least, design) => Math.min(least, misses(design)[l]!), Infinity);
    const nearestRelative = limit === 0 ? nearestAmount : nearestAmount / limit;
    return { constraint: text, designCount: result.feasibleCount, nearestAmount, nearestRelative, unit: null };
  });
  return {
    ...whole,
    feasibleCount: 0,
    dominatedCount: 0,
    reasons: [...broken.filter((b) => b.nearestAmount > 0), ...whole.reasons],
  };
}
