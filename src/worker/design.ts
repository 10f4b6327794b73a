import type { SeenFormats } from "../accuracy/index.ts";
import type { Breakdown, Unknown } from "../cost/index.ts";
import type { RooflineParts } from "../evaluate/index.ts";
import type { Constraint, Objective, Outcome, Point } from "../search/index.ts";
import type { SpecSet } from "../spec/index.ts";
import type { MappingEffort, MappingObjective } from "../sim/index.ts";

/** A point of a study's space: paths of `--set` and their values. */
export type DesignPoint = Point;

/** A limit of the study, in the metric's unit. */
export type DesignLimit = Constraint;

/** What all designs of a study share. Plain data: it is handed to each worker once. */
export interface DesignContext {
  readonly base: SpecSet;
  readonly mapping: { readonly objective: MappingObjective; readonly effort: MappingEffort };
  /** Metric of the accuracy predictor; null: accuracy comes from elsewhere or is not asked for, and results leave it out. */
  readonly accuracyMetric: string | null;
  /** Number formats that the predictor prices; left out: none, accuracies are those in full precision. */
  readonly seenFormats?: SeenFormats | null;
  readonly limits: readonly DesignLimit[];
  /** What is wanted; null: evaluations leave some of it out. */
  readonly aims: readonly Objective[] | null;
  /** Metrics that the study aims at or limits: a design of which one is not known is ruled out, with the reason. */
  readonly asked: readonly string[];
}

/** What a search learns of a design. */
export type DesignOutcome = Outcome;

/** What a report shows of a design beyond its outcome. */
export interface DesignDetail {
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly extrapolation: readonly string[];
  readonly nearest: string;
  readonly energy: Breakdown | Unknown;
  readonly area: Breakdown | Unknown;
  readonly embodied: Breakdown | Unknown;
  readonly operational: Breakdown | Unknown;
  /** What the idle power is charged for, and the carbon of the same device never switched down, kgCO2e. */
  readonly idlePolicy: string | null;
  readonly alwaysOn: number | null;
  /** Why it cannot be used as the deployment asks, or made; null: it can. */
  readonly unusable: string | null;
  readonly roofline: RooflineParts;
}

/** `both`: the outcome, and the detail of what is evaluated, of one evaluation. */
export interface DesignTask {
  readonly want: "outcome" | "detail" | "both";
  readonly point: DesignPoint;
}

/** What was wanted; `detail` null: there is none, or it was not wanted. */
export interface DesignResult {
  readonly outcome: DesignOutcome | null;
  readonly detail: DesignDetail | null;
}
