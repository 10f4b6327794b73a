import { hasAccuracy } from "../../report/front-table.ts";
import { countText, grouped } from "../../report/metric-labels.ts";
import type { RunRecord } from "../../report/types.ts";

/** What an exact search has covered, and what ruled designs out, for people. */
export function exactText(record: RunRecord): string {
  const { exact, violations, front } = record;
  const isJudged = hasAccuracy(record);
  if (exact === undefined) return "";
  const { hardwarePoints: points, secondLook } = exact;
  const reasons = violations.map(({ constraint, trialCount }) => `  ${constraint}: ${countText(trialCount)}`);
  const shown = front.length < exact.frontCount ? `, ${front.length} of them in full detail` : "";
  const permuted =
    exact.frontDesigns === undefined
      ? ""
      : ` They stand for ${countText(exact.frontDesigns)} designs: the same layers in another order cost the same.`;
  const again =
    secondLook.hardwarePoints === 0
      ? []
      : [
          `Second look by objective latency: ${countText(secondLook.designs)} designs, ${countText(secondLook.feasible)} then feasible, ${secondLook.onFront} on the front.`,
        ];
  return [
    `Covered ${countText(exact.covered)} designs with ${grouped(String(exact.simulations + secondLook.simulations))} simulated GEMMs (${exact.gemmShapes} shapes): ${exact.frontCount} on the front${shown}.${permuted}`,
    `Hardware points: ${points.ruledOut} over a limit by themselves, ${points.bounded} ruled out by lower bounds (${countText(exact.bounded)} designs), ${points.enumerated} enumerated (${countText(exact.feasible)} designs feasible, ${countText(exact.dominated)} of them dominated).`,
    ...(reasons.length === 0 ? [] : ["Designs ruled out by limit, where they were counted:", ...reasons]),
    ...again,
    `The front is ${exact.policy}.${isJudged ? ` ${exact.tied} of its designs are as accurate as another one within the predictor's interval.` : ""}`,
  ].join("\n");
}
