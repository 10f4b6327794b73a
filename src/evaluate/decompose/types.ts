import type { Deployment } from "../../spec/deployment.ts";
import type { SpecSet } from "../../spec/settings.ts";
import type { Mapper } from "./machine.ts";

/** A point of a part of a study's space: paths of `--set` and their values. */
export type PartPoint = Readonly<Record<string, number | string | boolean>>;

/** What is set in some layers, apart from the other layers: one of several settings. */
export type LayerSlot = readonly PartPoint[];

export interface DecomposedLimit {
  readonly metric: string;
  readonly comparison: "<=" | ">=";
  readonly limit: number;
  /** As the study wrote it. */
  readonly text: string;
}

/** A study whose space is the product of hardware points and of the options of one or two towers. */
export interface DecompositionRequest {
  readonly base: SpecSet;
  readonly mapping: Mapper;
  /** Metric of the predictor; null: the accuracies are those given, or no part of the decomposition. */
  readonly accuracyMetric: string | null;
  /** Accuracy of each model by `modelKey`. */
  readonly accuracies?: ReadonlyMap<string, number>;
  /** Metrics that the study aims at; `carbonInWorld` of the worlds below among them. */
  readonly objectives: readonly string[];
  /**
   * Other uses of the same devices, by life, grid, hours and rate; everything else is as in the base. No hardware point sets
   * these. Left out: none.
   */
  readonly worlds?: readonly Deployment[];
  readonly limits: readonly DecomposedLimit[];
  /** Chips, deployments and technologies: everything that is not a tower. */
  readonly hardware: readonly PartPoint[];
  /** Options of each tower; the second list holds one empty point where there is one tower only. */
  readonly towers: readonly [readonly PartPoint[], readonly PartPoint[]];
  /** Of each tower what is set layer by layer beside its options: they are the product of both. Left out: nothing. */
  readonly layers?: readonly [readonly LayerSlot[], readonly LayerSlot[]];
}

/** Why options are no designs: their settings do not fit together. Options of a tower stand for all designs with them. */
export interface Refused {
  readonly reason: string;
  readonly count: number;
}

/** Structurally what the search room calls a variant of a decomposition. */
export interface Columns {
  readonly base: readonly number[];
  readonly columns: readonly { readonly a: Float64Array | null; readonly b: Float64Array | null }[];
}

export interface Break {
  readonly constraint: string;
  readonly by: number;
  readonly limit: number | null;
  readonly unit: string | null;
}

export type PointTables =
  | { readonly kind: "ruled-out"; readonly breaks: readonly Break[] }
  | {
      readonly kind: "tables";
      readonly variants: readonly Columns[];
      readonly floor?: Columns;
      readonly made: Float64Array;
      readonly counted?: readonly (Break & { readonly designCount: number })[];
    };
