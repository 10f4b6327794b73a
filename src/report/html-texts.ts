import { SECONDS_PER_YEAR } from "../units/index.ts";
import { decimalExponent } from "./charts/decades.ts";
import { MANY, MOST_INTERVALS } from "./charts/front-chart.ts";
import { isPredicted } from "./front-table.ts";
import { countText, grouped } from "./metric-labels.ts";
import type { PageFront } from "./page-front.ts";
import type { RunRecord } from "./types.ts";

/** Where the numbers of a run come from, by name. */
export function provenanceOf(record: RunRecord): readonly (readonly [string, string])[] {
  const { study, provenance, accuracyOrigin, trialCount, stopped } = record;
  const { deployment } = study;
  return [
    ["ecotile", `${provenance.version}, core ${provenance.core}, tables ${provenance.tables}`],
    ["Study", `${study.name}, hash ${provenance.studyHash}`],
    ["Search", `${study.strategy}, seed ${study.seed}, ${trialCount} trials (${stopped}); same seed, same bytes`],
    ["Start", `${study.model} on ${study.hardware}`],
    ["Mapping", study.mappingPolicy],
    ["Technology", `profile ${study.technologyProfile}${listText(study.technologyFactors)}`],
    ...(study.schedule === undefined ? [] : [["Schedule", listText(study.schedule).slice(2)] as const]),
    ["Accuracy", accuracyOrigin ?? "none: no objective or constraint asks for it"],
    [
      "Use",
      `${deployment.region}, ${deployment.gridIntensity} gCO2e/kWh (${deployment.gridSource}); ${years(deployment.lifetime)} years, ${usage(deployment)}`,
    ],
    ["Idle policy", provenance.idlePolicy],
  ];
}

/** ", fusion all, prefetch true"; empty where there is nothing. */
function listText(values: Readonly<Record<string, number | string | boolean>> = {}): string {
  return Object.entries(values)
    .map(([name, value]) => `, ${name} ${value}`)
    .join("");
}

const years = (seconds: number | string | null | undefined): string =>
  String(Number((Number(seconds) / SECONDS_PER_YEAR).toPrecision(4)));

function usage({ inferences, rate, duty, hoursPerDay, batch }: RunRecord["study"]["deployment"]): string {
  const load =
    typeof duty === "number"
      ? `busy ${100 * duty} % of ${hoursPerDay} h a day`
      : inferences === null || inferences === undefined
        ? `${rate} inferences/s, ${hoursPerDay} h a day`
        : `${inferences} inferences`;
  return `${load}, batch ${batch}`;
}

/** What was searched and found, and what of it a page holds, in a few sentences. */
export function countsText(record: RunRecord, held: PageFront): string {
  const { study, front, trialCount, feasibleCount, exact } = record;
  const size = grouped(study.spaceSize);
  if (exact === undefined) {
    const tried = `${grouped(trialCount)} of ${size} designs tried with ${study.strategy}, ${grouped(feasibleCount)} of them feasible`;
    return `${grouped(front.length)} designs on the front; ${tried}.${heldText(front.length, held)}`;
  }
  const permuted =
    exact.frontDesigns === undefined
      ? ""
      : ` They stand for ${countText(exact.frontDesigns)}, with the same layers in another order (column designs in front.csv).`;
  const share = Math.max(held.share, exact.shownWithin ?? 0);
  const shown = heldText(exact.frontCount, { ...held, share });
  return `${grouped(exact.frontCount)} designs on the exact front of ${size}.${permuted}${shown}`;
}

/** What a page says of a front that it does not hold whole. */
function heldText(count: number, { front, share }: PageFront): string {
  const left = count - front.length;
  if (left === 0) return "";
  const held = ` This page holds ${grouped(front.length)} of them, and front.csv all.`;
  return share === 0
    ? held
    : `${held} Each of the ${grouped(left)} others differs by at most ${shareText(share)} from one that is here, in every objective.`;
}

/** Percent with two digits, never less than the share. */
function shareText(share: number): string {
  const step = Number(`1e${decimalExponent(100 * share) - 1}`);
  return `${Number((Math.ceil((100 * share) / step) * step).toPrecision(3))} %`;
}

/** Designs that the study's command might yet judge; null: there are none. */
export function failuresText({ accuracyFailures: failures }: RunRecord): string | null {
  if (failures === undefined) return null;
  const { designs, models, reason } = failures;
  return `The accuracy command failed for ${counted(models, "model")} (${counted(designs, "design")}), first with: ${reason}.`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** What the bars of accuracy are. */
export function intervalNote(record: RunRecord): string {
  const which = record.front.length > MANY ? ` Bars of ${MOST_INTERVALS} designs, evenly spread, are drawn.` : "";
  return isPredicted(record)
    ? `Each bar is the interval that holds the accuracy of 90 % of unseen models. Designs whose bars overlap are not told apart by it.${which}`
    : `Each bar is the interval of accuracy that the study's program gives.${which}`;
}

export function referenceText({ referencePoint, study, hypervolume, exact }: RunRecord): string {
  if (referencePoint === null) return "No design was feasible.";
  const point = study.objectives.map(({ metric }, i) => `${metric} ${Number(referencePoint[i]!.toPrecision(6))}`);
  const of = exact?.measured === undefined ? "" : ` of ${exact.measured} designs, evenly spread over the front`;
  return `Hypervolume ${Number(hypervolume.toPrecision(6))}${of}, reference point: ${point.join(", ")}.`;
}

/** What a reader must not conclude from the numbers. */
export function limitsOf({ accuracyOrigin, study }: RunRecord): readonly string[] {
  const profile =
    study.technologyProfile === "published"
      ? "Technology profile published: bandwidth is free, and there is no idle time and no package, as in the study it reproduces."
      : "Energy, area and static power are calibrated on published chips, not on yours; factors have ranges, which a study can set.";
  return [
    accuracyOrigin === null
      ? "Accuracy was no matter in this search: designs with other models may be of other accuracy."
      : isPredicted({ accuracyOrigin })
        ? `Accuracies are predicted, not measured (${accuracyOrigin}). Fine-tune and measure a design before you decide for it.`
        : `Accuracies and their intervals are those of the study's own program (${accuracyOrigin}).`,
    study.strategy === "exact"
      ? "The front is exact under the mapping policy that is stated, not under every mapping."
      : `The front is that of the designs tried, not of all ${grouped(study.spaceSize)} in the space.`,
    profile,
    "Not modelled: the host and the rest of the board, transport and end of life, training and pruning, heat and voltage scaling, contention with other software.",
  ];
}

/** Which of the other designs are drawn; empty where there are none. */
export function sampleText({ others, front, feasibleCount, exact }: RunRecord): string {
  const all = feasibleCount - front.length;
  if (exact !== undefined || others.length === 0) return "";
  return others.length < all
    ? `Of ${grouped(all)} other feasible designs ${grouped(others.length)} are in this page, evenly spread over the run; report --all has every trial.`
    : "";
}
