/** A point of a space: parameter path → value, for example "array.rows" → 256. Values are numbers, strings or booleans. */
export type Point = Readonly<Record<string, number | string | boolean>>;

export interface Objective {
  readonly metric: string;
  readonly direction: "min" | "max";
}

/** `metric` `comparison` `limit`, in the metric's unit. */
export interface Constraint {
  readonly metric: string;
  readonly comparison: "<=" | ">=";
  readonly limit: number;
  /** As the study wrote it, for messages. */
  readonly text: string;
}

/** What the search knows of one evaluated design: numbers by metric, or a reason. */
export type Outcome =
  | { readonly kind: "evaluated"; readonly metrics: Readonly<Record<string, number>> }
  | {
      readonly kind: "infeasible";
      readonly constraint: string;
      readonly by: number;
      readonly unit: string;
      /** Sum of what all limits that are known to be broken are missed by, relative to each; left out: it is not known. */
      readonly missed?: number;
    };

export interface Trial {
  readonly number: number;
  readonly point: Point;
  readonly outcome: Outcome;
}

/** Constraints that a trial breaks, with the amount by which, relative to the limit; empty: feasible. */
export interface Violation {
  readonly constraint: string;
  readonly amount: number;
  readonly relative: number;
}

/**
 * A strategy proposes points and is told what became of them. Batches have the size that the study fixes, never one
 * that depends on workers, and `update` receives a whole batch in order of trial number: same seed, same trials.
 */
export interface Strategy {
  readonly name: string;
  /** Points to evaluate next; empty: the space is exhausted. */
  suggest(count: number): readonly Point[];
  /**
   * One point may take a good part of a second to find: a study asks for them one by one, and looks in between whether it is to
   * stop. They are those of one call for all of them.
   */
  readonly isSlow?: boolean;
  update(trials: readonly Trial[]): void;
  /** Present: more points are suggested than are evaluated; see {@link Screening}. */
  readonly screening?: Screening;
}

/** A measurement with the variance of its noise. */
export interface Measurement {
  readonly value: number;
  readonly variance: number;
}

/**
 * Successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943): `factor` times as many points as are kept are measured at
 * each of the fidelities, the cheapest first, and the best go on to the next.
 */
export interface Screening {
  /** Rising, all below that of a trial. */
  readonly fidelities: readonly number[];
  readonly factor: number;
  /** The best `count` of the points by all that is known; those that are not measured (null) are left out. */
  keep(
    points: readonly Point[],
    measured: readonly (Measurement | null)[],
    fidelity: number,
    count: number,
  ): readonly Point[];
}
