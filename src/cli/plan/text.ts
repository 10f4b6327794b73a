import {
  carbonOfVariants,
  instantText,
  meanQuality,
  type PlanFile,
  type PlanResult,
  type VariantPlan,
  type VariantProblem,
} from "../../plan/index.ts";
import { renderTable } from "../output.ts";
import { gapOf } from "./json.ts";

/** Jobs that a table shows; JSON has all. */
const MOST_JOBS = 20;
const MOST_SLOTS = 48;

interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const grams = (kilograms: number): string => `${Number((kilograms * 1000).toPrecision(4))}`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const savedOf = (from: number, to: number): string => (from === 0 ? "-" : percent(1 - to / from));

/** What a plan of jobs comes to, line by line. */
export function planTotals({ jobs, carbonTotal, bound, isProved }: PlanResult): readonly string[] {
  const sum = (of: (job: PlanResult["jobs"][number]) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  const [now, mean, best] = [
    sum(({ carbonNow }) => carbonNow),
    sum(({ carbonMean }) => carbonMean),
    sum(({ carbonBest }) => carbonBest),
  ];
  const proof = isProved
    ? "no plan of these jobs has less"
    : `no plan has less than ${grams(bound)} g (gap ${percent(gapOf(carbonTotal, bound))})`;
  return [
    `this plan         ${grams(carbonTotal)} gCO2e; ${proof}`,
    `at once, at home  ${grams(now)} gCO2e; saved ${savedOf(now, carbonTotal)}`,
    `at the mean       ${grams(mean)} gCO2e; saved ${savedOf(mean, carbonTotal)}`,
    `each alone, best  ${grams(best)} gCO2e`,
  ];
}

/** A line for each job. */
export function jobTable({ jobs }: Pick<PlanResult, "jobs">): Table {
  const hasRegions = jobs.some(({ region }) => region !== "");
  return {
    head: ["job", ...(hasRegions ? ["region"] : []), "start", "pauses", "gCO2e", "saved"],
    rows: jobs.map((job) => [
      job.id,
      ...(hasRegions ? [job.region] : []),
      instantText(job.intervals[0]!.start),
      String(job.intervals.length - 1),
      grams(job.carbon),
      savedOf(job.carbonNow, job.carbon),
    ]),
  };
}

export function planTitle({ policy, jobs }: PlanResult, { name, gridKind }: PlanFile): string {
  return `${name ?? "Plan"}: ${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}, policy ${policy}, ${gridKind} intensity of the grid`;
}

/** What `plan` prints of jobs, for people. */
export function planText(result: PlanResult, file: PlanFile): string {
  const { head, rows } = jobTable(result);
  const left = rows.length > MOST_JOBS ? [`${rows.length - MOST_JOBS} more jobs: --json lists all.`] : [];
  return [planTitle(result, file), renderTable(head, rows.slice(0, MOST_JOBS)), ...left, ...planTotals(result)].join(
    "\n",
  );
}

/** A line for each limit of the mean quality. */
export function variantFront(
  { variants, expected, actual, limits }: VariantProblem,
  plans: readonly VariantPlan[],
): Table {
  const best = variants.map(({ quality }) => quality).reduce((a, b) => Math.max(a, b));
  const all = expected.map(() => variants.findIndex(({ quality }) => quality === best));
  const before = carbonOfVariants(expected, variants, all);
  return {
    head: ["least quality", "gCO2e", "saved", "quality", "quality, actual demand", "proved"],
    rows: plans.map((plan, i) => [
      String(limits[i]),
      grams(plan.cost / 1000),
      savedOf(before, plan.cost),
      meanQuality(expected, variants, plan.chosen).toFixed(5),
      meanQuality(actual, variants, plan.chosen).toFixed(5),
      plan.isProved ? "yes" : `gap ${percent(gapOf(plan.cost, plan.bound))}`,
    ]),
  };
}

export function variantsTitle({ variants, expected }: VariantProblem, { name, gridKind }: PlanFile): string {
  return `${name ?? "Plan"}: ${variants.length} variants in ${expected.length} slots, ${gridKind} intensity of the grid`;
}

/** What `plan` prints of variants, for people. */
export function variantsText(problem: VariantProblem, plans: readonly VariantPlan[], file: PlanFile): string {
  const { variants, expected, limits } = problem;
  const { head, rows } = variantFront(problem, plans);
  const chosen = plans[0]!.chosen.slice(0, MOST_SLOTS);
  const slots = chosen.map((variant, t) => [instantText(expected[t]!.start), variants[variant]!.name]);
  const left = plans[0]!.chosen.length - chosen.length;
  return [
    variantsTitle(problem, file),
    renderTable(head, rows),
    LIMIT_NOTE,
    `Variants by slot${plans.length > 1 ? ` for the limit ${limits[0]}` : ""}:`,
    renderTable(["slot", "variant"], slots),
    ...(left > 0 ? [`${left} more slots: --json lists all.`] : []),
  ].join("\n");
}

export const LIMIT_NOTE = "The limit holds for the demand that was planned with.";
