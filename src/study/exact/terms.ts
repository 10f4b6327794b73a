import { InputError } from "../../errors/index.ts";
import { gridCarbon, inferenceIntensity, inferencesOverLife, siteFactor } from "../../cost/index.ts";
import { partsOfLargest, towerCountOf } from "../../evaluate/index.ts";
import { metricOfKey, type Separation } from "../../metrics/index.ts";
import { createExactMerger, type ExactDesign, type ExactResult } from "../../search/index.ts";
import type { Study, StudyConstraint, StudyObjective } from "../../spec/index.ts";
import { refuseDirection } from "./split-space.ts";

/** What a metric that is no sum is made of. A design that is no worse in every term is no worse in the whole. */
interface Terms {
  readonly names: readonly string[];
  readonly whole: (values: readonly number[]) => number;
}

/** Null: the metric is a sum, or is refused. */
function termsOf(metric: string, study: Study): Terms | null {
  const separation = metricOfKey(metric)?.separation;
  if (separation?.by === "product") {
    const factors = separation.factors.map((factor) => termsOf(factor, study) ?? itself(factor));
    const names = [...new Set(factors.flatMap((factor) => factor.names))];
    const places = factors.map((factor) => factor.names.map((name) => names.indexOf(name)));
    return {
      names,
      whole: (values) =>
        factors.reduce((product, factor, f) => product * factor.whole(places[f]!.map((place) => values[place]!)), 1),
    };
  }
  if (separation?.by === "largest")
    return {
      names: partsOfLargest(metric, towerCountOf(study.specs.model)),
      whole: (values) => Math.max(...values),
    };
  const { deployment, technology } = study.specs;
  const share = separation?.by === "sum" ? carbonShareOf(separation, deployment.carbonPrice?.perKilogram ?? null) : 0;
  if (share === 0 || !mayWait(study)) return null;
  const least = inferenceIntensity(0, deployment, technology);
  const site = siteFactor(deployment, technology);
  const excess = (energy: number, latency: number): number => {
    const above = inferenceIntensity(latency, deployment, technology) - least;
    return gridCarbon(inferencesOverLife(deployment) * energy, above) * site;
  };
  return {
    names: [metric, "energy_total_J", "latency_s"],
    whole: ([best, energy, latency]) => best! + share * excess(energy!, latency!),
  };
}

const itself = (metric: string): Terms => ({ names: [metric], whole: ([value]) => value! });

/** How much of a metric is the carbon of the inferences: 0 none, 1 all of it, or its price. */
function carbonShareOf(separation: Extract<Separation, { by: "sum" }>, carbonPrice: number | null): number {
  const chip = { clock: 1, embodied: 0, idleCarbon: 0, carbonPrice };
  return (
    separation.of(0, 1, { ...chip, carbonOf: (joules) => joules }) - separation.of(0, 1, { ...chip, carbonOf: () => 0 })
  );
}

/**
 * Whether carbon depends on the latency: where some of the work waits, a slower device finds less room in clean hours. The sums of the
 * tables then hold the least that carbon can be.
 */
export function mayWait({ specs }: Study): boolean {
  return (specs.deployment.canWait ?? 0) > 0;
}

/** A limit on what is made of terms, but no largest of them, is looked at when the front of the terms is known. */
const isLater = ({ metric, comparison }: StudyConstraint, study: Study): boolean =>
  comparison === "<=" && metricOfKey(metric)?.separation?.by !== "largest" && termsOf(metric, study) !== null;

/**
 * A study of sums: in the place of products and of what is the largest over the operators their terms are made least, also
 * those that only a limit on a product asks for. Whatever is on the front of the wholes is on this front, or equals a design of it in
 * every objective.
 *
 * @returns the study itself where there are none
 * @throws InputError where the most of such a metric is wanted
 */
export function studyOfTerms(study: Study): Study {
  const { objectives, constraints } = study;
  const wanted = [...objectives, ...constraints.filter((each) => isLater(each, study))].map(({ metric }) =>
    termsOf(metric, study),
  );
  if (wanted.every((terms) => terms === null)) return study;
  const isSum = ({ metric }: StudyObjective): boolean => termsOf(metric, study) === null;
  for (const objective of objectives) if (!isSum(objective)) refuseDirection(objective.metric, objective.direction);
  for (const { metric, comparison, text } of constraints)
    if (comparison === ">=" && mayWait(study) && termsOf(metric, study) !== null)
      throw new InputError(
        `Strategy exact cannot keep "${text}" where work waits, since carbon is no sum then. Use nsga2.`,
      );
  const sums = objectives.filter(isSum);
  const names = new Set(wanted.flatMap((terms) => terms?.names ?? []));
  const added = [...names].filter((name) => !sums.some(({ metric }) => metric === name));
  const least = added.map((metric): StudyObjective => ({ metric, direction: "min" }));
  return {
    ...study,
    objectives: [...sums, ...least],
    constraints: constraints.filter((each) => !isLater(each, study)),
  };
}

/**
 * The result of a study from that of its terms. Designs over a limit on a product are counted only where no design is
 * left: then all that are otherwise feasible break it.
 *
 * @param times how many designs two options stand for; left out: one
 */
export function resultOfTerms(
  study: Study,
  terms: Study,
  result: ExactResult,
  times?: (a: number, b: number) => number,
): ExactResult {
  if (terms === study) return result;
  const termOf = (metric: string, { values }: ExactDesign): number =>
    values[terms.objectives.findIndex((objective) => objective.metric === metric)]!;
  const valueOf = (metric: string, design: ExactDesign): number => {
    const own = termsOf(metric, study);
    return own === null ? termOf(metric, design) : own.whole(own.names.map((name) => termOf(name, design)));
  };
  const limits = study.constraints.filter((each) => isLater(each, study));
  const misses = (design: ExactDesign): readonly number[] =>
    limits.map(({ metric, limit }) => valueOf(metric, design) - limit);
  const within = result.front.filter((design) => misses(design).every((miss) => miss <= 0));
  const merger = createExactMerger(study.objectives, times);
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
