import { square } from "../math/index.ts";
import { createPredictor, formatsOf, normalBelow, type Standing } from "../accuracy/index.ts";
import type { FrontStep, FrontSteps } from "../report/types.ts";
import type { Objective, Point, Trial } from "../search/index.ts";
import type { SpecSet, Study } from "../spec/index.ts";
import { designContext } from "../worker/index.ts";

/** P(one design is more accurate than another), of trials with accuracy. */
export type ProbabilityAbove = (a: Trial, b: Trial) => number;

/** P ≥ this tells two designs apart where the study does not say another. */
const CONFIDENCE = 0.9;

/**
 * How a study's own evaluator compares designs. By the predictor as pairs, in which data set, recipe and what else they share cancel; by
 * a command as independent normal errors, with the intervals that it gives as 90 %.
 *
 * @param intervalOf accuracy with its interval as the command has given it; null: there is none
 */
export function comparison(
  study: Study,
  specsOf: (point: Point) => SpecSet,
  intervalOf: (trial: Trial) => Interval | null,
): ProbabilityAbove | null {
  const { accuracy } = study;
  if (accuracy === null) return null;
  if (accuracy.evaluator === "command") return (a, b) => ofIntervals(intervalOf(a), intervalOf(b));
  const { probabilityAbove } = createPredictor(accuracy.metric);
  const of = standingsOf(study, accuracy.metric, specsOf);
  return (a, b) => probabilityAbove(of(a), of(b));
}

/** Standings of trials, each model with its formats once. */
function standingsOf(study: Study, metric: string, specsOf: (point: Point) => SpecSet): (trial: Trial) => Standing {
  const predictor = createPredictor(metric);
  const { seenFormats: seen = null } = designContext(study);
  const paths = study.space
    .map(({ path }) => path)
    .filter((path) => /^(model|quantisation|sparsity|precision)\./.test(path));
  const standings = new Map<string, Standing>();
  return ({ point }) => {
    const key = JSON.stringify(paths.map((path) => point[path]));
    const known = standings.get(key);
    if (known !== undefined) return known;
    const { model, hardware } = specsOf(point);
    const standing = predictor.standing(model, seen === null ? null : formatsOf(seen, hardware));
    standings.set(key, standing);
    return standing;
  };
}

/**
 * Draws of the accuracies of trials, all of them in one draw; null: the study has no accuracy. Of a command each is normal about its
 * estimate, by itself.
 */
export function accuracyDraws(
  study: Study,
  specsOf: (point: Point) => SpecSet,
  trials: readonly Trial[],
): ((normal: () => number) => readonly number[]) | null {
  const { accuracy } = study;
  if (accuracy === null) return null;
  if (accuracy.evaluator === "predictor") {
    const predictor = createPredictor(accuracy.metric);
    const standings = trials.map(standingsOf(study, accuracy.metric, specsOf));
    return (normal) => predictor.drawn(standings, normal);
  }
  const intervals = trials.map((trial) => {
    const [estimate, low, high] = ["accuracy", "accuracy_low", "accuracy_high"].map((key) => valueOf(trial, key));
    return { estimate: estimate!, deviation: (high! - low!) / WIDTH };
  });
  return (normal) =>
    intervals.map(({ estimate, deviation }) =>
      Math.min(1, Math.max(0, estimate + (deviation > 0 ? deviation * normal() : 0))),
    );
}

export interface Interval {
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** Standard deviations in the width of a 90 % interval. */
const WIDTH = 2 * 1.6449;

function ofIntervals(a: Interval | null, b: Interval | null): number {
  if (a === null || b === null) return 0.5;
  const deviation = Math.sqrt(square(a.high - a.low) + square(b.high - b.low)) / WIDTH;
  const difference = a.accuracy - b.accuracy;
  if (deviation === 0) return difference === 0 ? 0.5 : difference > 0 ? 1 : 0;
  return normalBelow(difference / deviation);
}

const costObjective = (objectives: readonly Objective[]): Objective | undefined =>
  objectives.find(({ direction }) => direction === "min");

const valueOf = ({ outcome }: Trial, metric: string): number =>
  outcome.kind === "evaluated" ? (outcome.metrics[metric] ?? NaN) : NaN;

/**
 * A front in steps of accuracy that can be told apart. A step is everything that cannot be told from its most accurate design: being
 * tied is not transitive, so this rule is fixed. Its cheapest design is the one of least first `min` objective.
 *
 * @returns null where accuracy is no objective, or nothing is to be made least
 */
export function stepsOf(study: Study, front: readonly Trial[], above: ProbabilityAbove | null): FrontSteps | null {
  const { objectives, accuracy } = study;
  const cost = costObjective(objectives);
  const isJudged = objectives.some(({ metric }) => metric === "accuracy");
  if (above === null || cost === undefined || !isJudged || front.length === 0) return null;
  const confidence = accuracy?.confidence ?? CONFIDENCE;
  const { metric } = cost;
  const costOf = (trial: Trial): number => valueOf(trial, metric);
  let rest = [...front].sort(
    (a, b) => valueOf(b, "accuracy") - valueOf(a, "accuracy") || costOf(a) - costOf(b) || a.number - b.number,
  );
  const steps: FrontStep[] = [];
  while (rest.length > 0) {
    const first = rest[0]!;
    const isApart = (trial: Trial): boolean => trial !== first && above(first, trial) >= confidence;
    const tied = rest.filter((trial) => !isApart(trial));
    rest = rest.filter(isApart);
    const cheapest = tied.reduce((best, trial) => (costOf(trial) < costOf(best) ? trial : best));
    const accuracies = tied.map((trial) => valueOf(trial, "accuracy"));
    steps.push({
      step: steps.length + 1,
      designs: tied.length,
      cheapest: cheapest.number,
      cost: costOf(cheapest),
      accuracy: {
        low: Math.min(...accuracies),
        high: Math.max(...accuracies),
        cheapest: valueOf(cheapest, "accuracy"),
      },
      ties: tied.map(({ number }) => number).sort((a, b) => a - b),
    });
  }
  return { confidence, metric, steps };
}

/**
 * The designs of a front that stay where one dominates another unless that one is more accurate with this probability: from the most
 * frugal on, a design stays if it is told to be more accurate than every one that stays and costs no more in any other objective.
 * What another dominates in the plain sense is dominated so too, so that a plain front is all that there is to look at.
 */
export function confidentFront(
  { objectives }: Pick<Study, "objectives">,
  front: readonly Trial[],
  above: ProbabilityAbove,
  confidence: number,
): readonly Trial[] {
  const costs = objectives.filter(({ metric }) => metric !== "accuracy");
  const signed = (trial: Trial, { metric, direction }: Objective): number =>
    direction === "min" ? valueOf(trial, metric) : -valueOf(trial, metric);
  const order = [...front].sort((a, b) => {
    for (const cost of costs) {
      const difference = signed(a, cost) - signed(b, cost);
      if (difference !== 0) return difference;
    }
    return valueOf(b, "accuracy") - valueOf(a, "accuracy") || a.number - b.number;
  });
  const kept: Trial[] = [];
  for (const trial of order) {
    const isBeaten = kept.some(
      (other) => costs.every((cost) => signed(other, cost) <= signed(trial, cost)) && above(trial, other) < confidence,
    );
    if (!isBeaten) kept.push(trial);
  }
  const numbers = new Set(kept.map(({ number }) => number));
  return front.filter(({ number }) => numbers.has(number));
}
