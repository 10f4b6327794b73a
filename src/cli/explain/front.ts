import { assess, nonDominated, type Costs, type Trial } from "../../search/index.ts";
import { metricsOf, pricingOf } from "../../evaluate/index.ts";
import { comparedKey } from "../../metrics/index.ts";
import { thinned } from "../../report/front-table.ts";
import { renderTable } from "../output.ts";
import { hardwareLabel, precisionOf } from "../../study/labels.ts";
import { accuracyDraws } from "../../study/steps.ts";
import { drawDesigns, quantileOf, type DesignInDraws, type PricedDesign } from "./draws.ts";
import { InputError } from "../../errors/index.ts";
import type { StoredRun } from "./stored-run.ts";

/** Designs of a front that are priced again in every draw. */
const MOST_DESIGNS = 2000;

/** Trials off the front that compete with it, those nearest to it. */
const MOST_RIVALS = 300;

/** Designs that compete in the draws: the front, and what lies close behind it. */
export interface Contenders {
  readonly front: readonly Trial[];
  readonly rivals: readonly Trial[];
}

/**
 * Feasible trials that no other one dominates (of a long front every so many-th), and the nearest of the others. An exact search
 * stores its front and nothing else, so that nothing competes with it from behind.
 */
export function contendersOf({ trials, study }: StoredRun): Contenders {
  if (study.search.strategy === "exact") return { front: thinned(trials, MOST_DESIGNS), rivals: [] };
  const feasible = trials.flatMap((trial) => {
    const assessment = assess(trial.outcome, study.objectives, study.constraints);
    return assessment.kind === "feasible" ? [{ trial, costs: assessment.costs }] : [];
  });
  const places = new Set(nonDominated(feasible.map(({ costs }) => costs)));
  const front = feasible.filter((_, place) => places.has(place));
  const behind = feasible.filter((_, place) => !places.has(place));
  const gapOf = gapBehind(front.map(({ costs }) => costs));
  const byGap = behind.map(({ trial, costs }) => ({ trial, gap: gapOf(costs) }));
  byGap.sort((a, b) => a.gap - b.gap || a.trial.number - b.trial.number);
  const rivals = byGap.slice(0, MOST_RIVALS).map(({ trial }) => trial);
  return { front: thinned(front, MOST_DESIGNS).map(({ trial }) => trial), rivals };
}

/** How much better a design must get in all objectives at once to reach the front, as a share of the front's extent. */
function gapBehind(front: readonly Costs[]): (costs: Costs) => number {
  const extent = (front[0] ?? []).map((_, k) => {
    const values = front.map((costs) => costs[k]!);
    return Math.max(...values) - Math.min(...values) || 1;
  });
  return (costs) =>
    Math.max(0, ...front.map((other) => Math.min(...extent.map((size, k) => (costs[k]! - other[k]!) / size))));
}

/** Evaluates a trial again. @throws InputError where it cannot run */
export function pricedDesign(run: StoredRun, trial: Trial): PricedDesign {
  const evaluation = run.evaluate(trial.point);
  if (evaluation.kind === "infeasible") throw new InputError(`Trial ${trial.number} cannot run: ${evaluation.detail}.`);
  const stored = trial.outcome.kind === "evaluated" ? trial.outcome.metrics : {};
  const { asked } = run;
  const known = Object.entries(metricsOf(evaluation, asked)).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return { trial, metrics: { ...stored, ...Object.fromEntries(known) }, pricing: pricingOf(evaluation, asked) };
}

/** A design in the draws. */
export interface Contender extends DesignInDraws {
  readonly isOnNominalFront: boolean;
  readonly design: PricedDesign;
}

export interface FrontInDraws {
  readonly draws: number;
  readonly seed: number;
  /** The front, then the rivals that are on it in some draw. */
  readonly designs: readonly Contender[];
  readonly rivalCount: number;
}

/** How the front holds when all factors vary over their ranges. */
export function frontInDraws(run: StoredRun, draws: number, seed: number): FrontInDraws {
  const { front, rivals } = contendersOf(run);
  const designs = [...front, ...rivals].map((trial) => pricedDesign(run, trial));
  const trials = designs.map(({ trial }) => trial);
  const results = drawDesigns(designs, run.study, accuracyDraws(run.study, run.specsOf, trials), draws, seed);
  const contenders = results.map((result, i) => ({
    ...result,
    isOnNominalFront: i < front.length,
    design: designs[i]!,
  }));
  return {
    draws,
    seed,
    designs: contenders.filter(({ isOnNominalFront, onFront }) => isOnNominalFront || onFront > 0),
    rivalCount: rivals.length,
  };
}

export function frontJson(
  { study: { accuracy, objectives } }: StoredRun,
  { draws, seed, designs, rivalCount }: FrontInDraws,
): Readonly<Record<string, unknown>> {
  const total = comparedKey("carbon_total_kgCO2e", objectives);
  return {
    draws,
    seed,
    rivals: rivalCount,
    ...(accuracy?.ignore === undefined ? {} : { accuracy_ignores: accuracy.ignore }),
    designs: designs.map(({ trial, onFront, totals, design, isOnNominalFront }) => ({
      trial: trial.number,
      point: trial.point,
      on_nominal_front: isOnNominalFront,
      on_front_in_draws: onFront,
      [total]: {
        low: quantileOf(totals, 0.05),
        nominal: design.metrics[total] ?? null,
        high: quantileOf(totals, 0.95),
      },
    })),
  };
}

export function frontText(run: StoredRun, { draws, seed, designs, rivalCount }: FrontInDraws): string {
  const rows = designs.map(({ trial, onFront, totals, design, isOnNominalFront }) => [
    String(trial.number),
    ...run.study.objectives.map(({ metric }) => shown(design.metrics[metric], 4)),
    `${shown(quantileOf(totals, 0.05), 3)} to ${shown(quantileOf(totals, 0.95), 3)}`,
    ...Object.values(precisionOf(run.specsOf(trial.point), run.study).precision ?? {}),
    isOnNominalFront ? "yes" : "no",
    `${((100 * onFront) / draws).toFixed(0)} %`,
    hardwareLabel(run.specsOf(trial.point)),
  ]);
  const columns = run.study.objectives.map(({ metric }) => metric);
  const formats = Object.keys(precisionOf(run.study.specs, run.study).precision ?? {});
  const isBound = comparedKey("carbon_total_kgCO2e", run.study.objectives) !== "carbon_total_kgCO2e";
  const head = [
    "trial",
    ...columns,
    `${isBound ? "at least" : "total"} kgCO2e, 90 % of draws`,
    ...formats,
    "front",
    "in draws",
    "hardware",
  ];
  return [
    `${run.study.name}: its front and the ${rivalCount} designs nearest behind it, in ${draws} draws of all factors${run.study.accuracy === null ? "" : " and of accuracy"} (seed ${seed})`,
    "Fab, grid and memory are drawn once for all designs; designs off the front are listed where they are on it in some draw.",
    ...ignoredText(run.study),
    renderTable(head, rows),
  ].join("\n");
}

function ignoredText({ accuracy }: StoredRun["study"]): readonly string[] {
  return accuracy?.ignore === undefined ? [] : [`Accuracy ignores ${accuracy.ignore.join(", ")}.`];
}

function shown(value: number | null | undefined, digits: number): string {
  return typeof value === "number" ? value.toPrecision(digits) : "unknown";
}
