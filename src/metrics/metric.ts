import type { QuantityKind } from "../units/index.ts";
import type { Known } from "./quantity.ts";

/** What is known of a chip before anything runs on it. */
export interface ChipFigures {
  /** Operations (2 per MAC) a second of all arrays. */
  readonly peakOperations: number;
  /** mm2. */
  readonly area: Known;
  /** kgCO2e. */
  readonly embodied: Known;
}

/** Figures of one inference that no price moves. */
export interface RunFacts {
  readonly latency_s: number;
  readonly cycles: number;
  readonly macs: number;
  readonly utilisation: number;
  readonly parameters: number;
  readonly dramNeeded_B: number;
  /** Over the life. */
  readonly inferences: number;
  /** J of the whole board while one inference runs, idle power included. */
  readonly boardEnergy: Known;
  /** What a kilogram of CO2e costs; null: nobody says. */
  readonly carbonPrice: number | null;
}

/** What is known of a design that has run. */
export interface RunFigures extends ChipFigures, RunFacts {
  /** J of one inference. */
  readonly energy: Known;
  /** kgCO2e over the life; of a device that is never switched down. */
  readonly operational: Known;
  readonly alwaysOn: Known;
  /** W: the highest mean power of an operator, idle power included. A function, since few ask for it. */
  readonly peakPower: () => Known;
}

/** What a chip decides of the metrics that are sums over operators. */
export interface SumFigures {
  /** Hz. */
  readonly clock: number;
  /** kgCO2e: of the device, and of a life without any inference. */
  readonly embodied: number;
  readonly idleCarbon: number;
  /** kgCO2e of the life where an inference takes so many joules. */
  readonly carbonOf: (energy: number) => number;
  /** Of a kilogram of CO2e; null: nobody says. */
  readonly carbonPrice: number | null;
}

/**
 * How an exact search sees a metric.
 *
 *   chip     the same for every model: known before anything is simulated
 *   model    the same on every chip
 *   sum      fixed + Σ of(cycles, energy) over the operators
 *   product  of other metrics, all at least 0: what is no worse in every factor is no worse in the product
 *   largest  the largest over the operators: what is no worse in every part of a model is no worse in the whole
 */
export type Separation =
  | { readonly by: "chip" }
  | { readonly by: "model" }
  | {
      readonly by: "sum";
      readonly fixed: (chip: SumFigures) => number;
      readonly of: (cycles: number, energy: number, chip: SumFigures) => number;
    }
  | { readonly by: "product"; readonly factors: readonly string[] }
  | { readonly by: "largest"; readonly what: "operator power" };

/** Quantities with prices: what factors move, and what may be unknown. `idle`: what a device takes while nothing runs. */
export type PricedPart = "area" | "embodied" | "idle" | "energy";

/** How a metric is shown to people: its name, and value × scale in a unit. */
export interface MetricLabel {
  readonly title: string;
  /** Empty: a bare number. */
  readonly unit: string;
  readonly scale: number;
  /** Significant digits. */
  readonly digits: number;
}

export interface MetricBase {
  /** Key in results, with its unit. */
  readonly key: string;
  /** Name in studies; null: no study can aim at it or limit it. */
  readonly name: string | null;
  readonly kind: QuantityKind | null;
  readonly meaning: string;
  /** What is better. */
  readonly direction: "min" | "max";
  /** Null: results show it by its key. */
  readonly label: MetricLabel | null;
  /** Whether every result has it, or only those of studies that ask for it. */
  readonly column: "always" | "asked";
  /** What it is made of that has a price: a draw of the factors gives it anew from these. Empty: it keeps its value. */
  readonly priced: readonly PricedPart[];
  /** Whether each operator is priced by itself. */
  readonly isPerOperator?: true;
  /** Whether the memory's own carbon is left out where nothing gives it: a lower bound, on which designs of equal memory are compared. */
  readonly isWithoutMemory?: true;
  /** Whether it is reported with low and high. */
  readonly hasInterval?: true;
  /** Null: an exact search refuses it. */
  readonly separation: Separation | null;
}

/**
 * Something of a design that results show, and that a study can aim at or limit. `stage`: what it needs before it is known:
 * the model alone (an evaluator gives it), the chip alone, or a simulation.
 */
export type Metric = MetricBase &
  (
    | { readonly stage: "model" }
    | { readonly stage: "chip"; readonly of: (chip: ChipFigures) => Known }
    | { readonly stage: "run"; readonly of: (run: RunFigures) => Known }
  );

/** A metric that comes of an evaluation. */
export type MeasuredMetric = Extract<Metric, { readonly of: unknown }>;
