import {
  carbonOfVariants,
  instantText,
  meanQuality,
  type PlanResult,
  type VariantPlan,
  type VariantProblem,
} from "../../plan/index.ts";
import { JOULES_PER_KILOWATT_HOUR } from "../../units/index.ts";

/** What `plan --json` prints of jobs. */
export function planJson({
  policy,
  jobs,
  carbonTotal,
  bound,
  isProved,
}: PlanResult): Readonly<Record<string, unknown>> {
  const sum = (of: (job: PlanResult["jobs"][number]) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  return {
    ...{ feasible: true, policy },
    jobs: jobs.map((job) => ({
      ...{ id: job.id, region: job.region },
      intervals: job.intervals.map(({ start, end }) => ({ start: instantText(start), end: instantText(end) })),
      energy_kWh: job.energy / JOULES_PER_KILOWATT_HOUR,
      ...{
        carbon_kgCO2e: job.carbon,
        carbon_now_kgCO2e: job.carbonNow,
        carbon_mean_kgCO2e: job.carbonMean,
        carbon_best_kgCO2e: job.carbonBest,
      },
    })),
    carbon_total_kgCO2e: carbonTotal,
    carbon_now_kgCO2e: sum(({ carbonNow }) => carbonNow),
    carbon_mean_kgCO2e: sum(({ carbonMean }) => carbonMean),
    carbon_best_kgCO2e: sum(({ carbonBest }) => carbonBest),
    ...{ bound_kgCO2e: bound, gap: gapOf(carbonTotal, bound), proved: isProved },
  };
}

/** Distance from the bound as a share of the whole. */
export function gapOf(total: number, bound: number): number {
  return total === 0 ? 0 : (total - bound) / total;
}

/** What `plan --json` prints of variants: the first limit's slots, and the front over all limits. */
export function variantsJson(
  { variants, expected, actual, limits }: VariantProblem,
  plans: readonly VariantPlan[],
): Readonly<Record<string, unknown>> {
  const [first] = plans;
  const row = (plan: VariantPlan, limit: number) => ({
    quality_limit: limit,
    carbon_kgCO2e: plan.cost / 1000,
    bound_kgCO2e: plan.bound / 1000,
    proved: plan.isProved,
    quality_mean: meanQuality(expected, variants, plan.chosen),
    carbon_actual_kgCO2e: carbonOfVariants(actual, variants, plan.chosen) / 1000,
    quality_mean_actual: meanQuality(actual, variants, plan.chosen),
  });
  return {
    slots: first!.chosen.map((variant, t) => ({
      start: instantText(expected[t]!.start),
      variant: variants[variant]!.name,
    })),
    carbon_total_kgCO2e: first!.cost / 1000,
    bound_kgCO2e: first!.bound / 1000,
    proved: first!.isProved,
    limit_holds_for: "the demand that was planned with; quality_mean_actual is that of the actual one",
    front: plans.map((plan, i) => row(plan, limits[i]!)),
  };
}
