/** A value of a path as it was set. */
export type SweptValue = string | number | boolean;

/** One cell of a sweep. */
export interface SweepRow {
  readonly model: string;
  readonly hardware: string;
  /** By path. */
  readonly settings: Readonly<Record<string, SweptValue>>;
  readonly fits: boolean;
  /** Why it does not fit; empty: it does. */
  readonly violations: readonly { readonly constraint: string; readonly detail: string }[];
  /** By the keys of results; what is not known, or of a cell that cannot run, is left out. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Why a metric is not known, by its key. */
  readonly unknown: Readonly<Record<string, string>>;
}

/** A limit of the sweep, in the unit of its metric's key. */
export interface SweepLimit {
  readonly metric: string;
  readonly limit: number;
  /** As it was written. */
  readonly text: string;
}

/** A finished sweep. Holds no time, path of a file, host or worker count. */
export interface SweepResult {
  readonly format: 1;
  readonly models: readonly string[];
  readonly hardware: readonly string[];
  /** Every path that is set, also to one value alone. */
  readonly paths: readonly { readonly path: string; readonly values: readonly SweptValue[] }[];
  readonly limits: readonly SweepLimit[];
  /** Metric that rows are sorted by; null: in the order of models, chips and values. */
  readonly sort: string | null;
  /** Keys of the metrics, in the order of columns. */
  readonly metrics: readonly string[];
  readonly rows: readonly SweepRow[];
}

/** The metric that a picture of a sweep shows: what it is sorted by, else what it is limited by, else the latency. */
export function shownMetric({ sort, limits }: Pick<SweepResult, "sort" | "limits">): string {
  return sort ?? limits[0]?.metric ?? "latency_s";
}
