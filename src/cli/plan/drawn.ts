import type { PlanFile, PlanResult, VariantPlan } from "../../plan/index.ts";
import { planSvg, variantsSvg } from "../../report/plan-chart.ts";
import { planHtml, type PlanSection } from "../../report/plan-page.ts";
import { jobTable, LIMIT_NOTE, planTitle, planTotals, variantFront, variantsTitle } from "./text.ts";

/** The pictures of a plan: of its jobs, and of its variants under the first limit. */
export function picturesOf(read: PlanFile, result: PlanResult | null, plans: readonly VariantPlan[]) {
  const title = read.name ?? "Plan";
  return {
    jobs: result === null ? null : planSvg({ grid: read.grid, plan: result, title }),
    variants:
      read.variants === null
        ? null
        : variantsSvg({
            title,
            names: read.variants.variants.map(({ name }) => name),
            slots: read.variants.expected,
            chosen: plans[0]!.chosen,
          }),
  };
}

/** The page of a plan: what `plan` prints, with its pictures. */
export function pageOf(read: PlanFile, result: PlanResult | null, plans: readonly VariantPlan[]): string {
  const pictures = picturesOf(read, result, plans);
  const sections: PlanSection[] = [];
  if (result !== null)
    sections.push({
      ...{ title: planTitle(result, read), lines: planTotals(result), picture: pictures.jobs },
      ...jobTable(result),
    });
  if (read.variants !== null)
    sections.push({
      ...{ title: variantsTitle(read.variants, read), lines: [LIMIT_NOTE], picture: pictures.variants },
      ...variantFront(read.variants, plans),
    });
  return planHtml(read.name ?? "Plan", sections);
}
