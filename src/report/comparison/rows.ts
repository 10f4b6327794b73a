import { changeText } from "../html-aims.ts";
import { metricLabel, shownNumber, titleWithUnit } from "../metric-labels.ts";
import type { TextTable } from "../front-table.ts";
import type { Comparison, OwnBest } from "./types.ts";

const METRICS = ["carbon_total_kgCO2e", "carbon_embodied_kgCO2e", "latency_s", "energy_total_J", "area_mm2"] as const;

/** Hypervolume and distance of every run. */
export function runsTable({ runs }: Comparison): TextTable {
  return {
    head: ["Run", "Strategy", "Seed", "Mode", "Trials", "Front", "Hypervolume", "Of the reference (%)", "IGD+"],
    rows: runs.map((run) => [
      run.label,
      run.strategy,
      run.isExact ? "-" : String(run.seed),
      run.mode ?? "-",
      run.isExact ? "all" : String(run.trialCount),
      String(run.designCount) + (run.unknownCount > 0 ? ` (${run.unknownCount} more not measured)` : ""),
      String(Number(run.hypervolume.toPrecision(6))),
      (run.share * 100).toFixed(2),
      run.igdPlus === null ? "-" : String(Number(run.igdPlus.toPrecision(3))),
    ]),
  };
}

/** The best design of each run in its own aim, changes against the first run's at the same floor. */
export function ownBestTable({ ownBest }: Comparison): TextTable {
  const firstOf = ({ floor }: OwnBest): OwnBest => ownBest.find((each) => each.floor === floor)!;
  const isJudged = ownBest.some(({ metrics }) => metrics["accuracy"] !== undefined);
  const withAccuracy = (text: string): readonly string[] => (isJudged ? [text] : []);
  return {
    head: [
      ...withAccuracy("Accuracy of at least (%)"),
      "Run",
      "Least",
      ...withAccuracy("Accuracy (%)"),
      ...METRICS.map(titleWithUnit),
      "Hardware",
      "Towers",
    ],
    rows: [...ownBest]
      .sort((a, b) => (b.floor ?? 0) - (a.floor ?? 0))
      .map((each) => [
        ...withAccuracy(each.floor === null ? "any" : shownNumber("accuracy", each.floor)),
        each.run,
        metricLabel(each.metric).title.toLowerCase(),
        ...withAccuracy(shownNumber("accuracy", each.metrics["accuracy"])),
        ...METRICS.map(
          (metric) =>
            shownNumber(metric, each.metrics[metric]) + changeText(each.metrics[metric], firstOf(each).metrics[metric]),
        ),
        each.hardware,
        each.towers,
      ]),
  };
}

/** What the numbers are measured from and against, in sentences. */
export function measuredText({ objectives, referencePoint, referenceFront, runs }: Comparison): readonly string[] {
  const point = objectives.map(({ metric }, i) => `${metric} ${Number(referencePoint[i]!.toPrecision(6))}`).join(", ");
  const front = referenceFront.isExact
    ? `the exact front of ${referenceFront.of} (${referenceFront.designCount} designs)`
    : `the best of all runs together (${referenceFront.designCount} designs; none of them is exact)`;
  const unknown = runs.some(({ unknownCount }) => unknownCount > 0);
  return [
    `Objectives: ${objectives.map(({ metric, direction }) => `${direction} ${metric}`).join(", ")}.`,
    `Reference point, the worst of all fronts: ${point}.`,
    `Shares of hypervolume and IGD+ (0 is best, objectives relative to their range) against ${front}.`,
    ...(objectives.length > 3 ? ["Hypervolumes are those of at most 100 designs a front, evenly spread."] : []),
    ...(unknown ? ["Designs that were not measured are those that their run does not show in detail."] : []),
  ];
}
