import type { Breakdown } from "../cost/types.ts";
import type { ConstraintSummary, Importance, Objective, Point } from "../search/index.ts";

/** One design as reports show it: a trial of the front, or the baseline. */
export interface FrontRow {
  /** Trial number; null for the baseline, which is the study's starting point. */
  readonly trial: number | null;
  readonly point: Point;
  /** The chip in few words: cores × array, local buffer, global buffer. */
  readonly hardware: string;
  /** The model in few words: layers × hidden / FFN / heads of each tower. */
  readonly towers: string;
  /** Number formats that the study varies, by path; left out where it varies none. */
  readonly precision?: Readonly<Record<string, string>>;
  /** By the keys of src/evaluate/metrics.ts, and `accuracy`, `accuracy_low`, `accuracy_high`. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Shape parameters outside what the accuracy fit has seen; empty: interpolation. */
  readonly extrapolation: readonly string[];
  /** Published model nearest in shape. */
  readonly nearest: string;
  /** Step of the front that it belongs to, from 1; left out where there are no steps. */
  readonly step?: number;
  /** Designs that the row stands for, since they are equal but for the order of layers; left out: one. */
  readonly designs?: number;
  /** Null: not modelled for this design. */
  readonly energy_J: Breakdown | null;
  readonly area_mm2: Breakdown | null;
  readonly embodied_kgCO2e: Breakdown | null;
  readonly operational_kgCO2e: Breakdown | null;
  /** Operational carbon of the same device never switched down. */
  readonly alwaysOn_kgCO2e: number | null;
}

export type RooflineLevel = "dram" | "global" | "local";

/** One kind of operator under the roofs. */
export interface RooflinePoint {
  readonly name: string;
  readonly isVector: boolean;
  /** Of the arrays 2 per MAC; of the vector unit lane operations. */
  readonly operations: number;
  readonly seconds: number;
  /** Share of the inference's time. */
  readonly share: number;
  /** Bytes over the port of each level, from DRAM inwards. */
  readonly levels: readonly { readonly level: RooflineLevel; readonly bytes: number }[];
}

/** What a design's operators reach, and what its machine allows. */
export interface Roofline {
  readonly title: string;
  /** Operations a second. */
  readonly peak: number;
  readonly vectorPeak: number;
  readonly roofs: readonly { readonly level: RooflineLevel; readonly bytesPerSecond: number }[];
  readonly points: readonly RooflinePoint[];
}

/** The design that another aim than the study's would choose among the designs that a run knows. */
export interface AimedDesign {
  /** Metric that is least here. */
  readonly metric: string;
  /** Least accuracy asked for; null: accuracy is no matter here. */
  readonly floor: number | null;
  readonly trial: number | null;
  readonly hardware: string;
  readonly towers: string;
  /** As of a front row. */
  readonly precision?: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What an exact search has covered. Counts of designs. */
export interface ExactSummary {
  /** Under which rule designs are mapped, and so under which the front is exact. */
  readonly policy: string;
  readonly frontCount: number;
  /**
   * The share by which, in every objective, each design that the record does not show in detail differs at most from one that it shows;
   * left out where it shows all, and by versions before 0.2.
   */
  readonly shownWithin?: number;
  /** Designs that the front stands for, where some are equal but for the order of layers; left out: as many. */
  readonly frontDesigns?: number;
  readonly covered: number;
  /** Designs on hardware whose lower bound is dominated or over a limit already, never simulated. */
  readonly bounded: number;
  /** Of the designs that are not bounded: feasible under the study's mapping objective, and dominated. */
  readonly feasible: number;
  readonly dominated: number;
  readonly hardwarePoints: { readonly ruledOut: number; readonly bounded: number; readonly enumerated: number };
  /** Distinct GEMMs of all models; simulations made, and those of second looks by objective latency. */
  readonly gemmShapes: number;
  readonly simulations: number;
  readonly secondLook: {
    readonly simulations: number;
    readonly hardwarePoints: number;
    /** Designs that missed the latency limit and could reach the front; feasible and on the front after the second look. */
    readonly designs: number;
    readonly feasible: number;
    readonly onFront: number;
  };
  /** Designs that the hypervolume was taken of, where the whole front would take too long. */
  readonly measured?: number;
  /** Designs of the front that another one of the front may equal: their accuracies lie within each other's interval. */
  readonly tied: number;
}

/** Designs of a front that cannot be told from the most accurate one of them. */
export interface FrontStep {
  /** From 1, the most accurate first. */
  readonly step: number;
  readonly designs: number;
  /** Trial of least cost, its cost in the metric's unit. */
  readonly cheapest: number;
  readonly cost: number;
  /** Estimates: the least, the most, that of the cheapest. */
  readonly accuracy: { readonly low: number; readonly high: number; readonly cheapest: number };
  /** Trials of the step, the cheapest among them. */
  readonly ties: readonly number[];
}

/** A front in steps of accuracy that can be told apart. */
export interface FrontSteps {
  /** P(the first of a step is more accurate than the first of the next) is at least this. */
  readonly confidence: number;
  /** Metric that is least at the cheapest design. */
  readonly metric: string;
  readonly steps: readonly FrontStep[];
}

/** Designs that have no accuracy since the study's command failed, though it may yet answer. */
export interface AccuracyFailures {
  readonly designs: number;
  readonly models: number;
  /** Of the first of them. */
  readonly reason: string;
}

/** A design that is not shown in detail. */
export interface OtherDesign {
  readonly trial: number;
  /** Of the objectives. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Places of its values among those of `study.parameters`, -1 where it has none; left out by versions before 0.2. */
  readonly places?: readonly number[];
}

/** A published model on the chip that the study starts from. */
export interface PublishedDesign {
  /** Of the preset. */
  readonly name: string;
  readonly hardware: string;
  readonly towers: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Everything that front files and reports say about a run. Holds no time, path, host or worker count. */
export interface RunRecord {
  /** Format of this record; raised when a field changes its meaning. */
  readonly format: 1;
  readonly study: {
    readonly name: string;
    readonly description: string;
    readonly model: string;
    readonly hardware: string;
    readonly mode: string | null;
    readonly objectives: readonly Objective[];
    /** As the study wrote them. */
    readonly constraints: readonly string[];
    readonly strategy: string;
    /** Why `auto` has taken it; left out where the strategy was named, and by versions before 0.2. */
    readonly strategyChosen?: string;
    /** The most values of the lists of the space whose exact front the search began with; left out where it did not. */
    readonly coarse?: number;
    readonly seed: number;
    /** Number of designs in the space, as a decimal. */
    readonly spaceSize: string;
    /** Parameters of the space with all of their values; left out by versions before 0.2. */
    readonly parameters?: readonly { readonly path: string; readonly values: readonly (number | string | boolean)[] }[];
    readonly deployment: Readonly<Record<string, number | string | null>>;
    readonly technologyProfile: string;
    /** Factors that the study sets, by name; left out where it sets none, and by versions before 0.2. */
    readonly technologyFactors?: Readonly<Record<string, number>>;
    /** What may be fused, kept or fetched ahead; left out where nothing may, and by versions before 0.2. */
    readonly schedule?: Readonly<Record<string, string | boolean>>;
    readonly mappingPolicy: string;
    /** Axes that accuracy does not see, as the study names them; left out where there are none. */
    readonly accuracyIgnores?: readonly string[];
    /** P of being more accurate below which a design dominates another that costs more; left out where estimates decide. */
    readonly accuracyConfidence?: number;
  };
  readonly front: readonly FrontRow[];
  /** Left out where accuracy is no objective, and by versions before 0.2. */
  readonly steps?: FrontSteps;
  readonly baseline: FrontRow | null;
  /** Published models of the same work, to be seen beside the front; left out where there are none. */
  readonly published?: readonly PublishedDesign[];
  /** Feasible trials off the front, thinned to at most 2000. */
  readonly others: readonly OtherDesign[];
  /** What each parameter explains; left out where too little is known to tell, and by versions before 0.2. */
  readonly importance?: Importance;
  readonly trialCount: number;
  readonly feasibleCount: number;
  /** Why the search ended: `max-trials`, `stalled` or `exhausted`. */
  readonly stopped: string;
  readonly hypervolume: number;
  readonly referencePoint: readonly number[] | null;
  readonly convergence: readonly { readonly trialCount: number; readonly hypervolume: number }[];
  readonly violations: readonly ConstraintSummary[];
  /** The first design of the report (least carbon, or the baseline) under the roofs of its machine; null: none. */
  readonly roofline?: Roofline | null;
  /** What each aim would choose, by floor of accuracy; left out by versions before 0.2. */
  readonly aims?: readonly AimedDesign[];
  /** Of strategy exact: what was covered, and how; left out elsewhere. */
  readonly exact?: ExactSummary;
  /** Left out where there are none. */
  readonly accuracyFailures?: AccuracyFailures;
  /** What the accuracies are and how wrong, for example "predictor, …, cross-validated MAE 1.3 points"; null: there are none. */
  readonly accuracyOrigin: string | null;
  readonly provenance: {
    readonly version: string;
    /** Digest of the WebAssembly core, which holds its ABI version. */
    readonly core: string;
    /** Digest of the cost and accuracy tables. */
    readonly tables: string;
    readonly studyHash: string;
    readonly idlePolicy: string;
  };
}
