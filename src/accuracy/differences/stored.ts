import { tableText } from "../stored-fit.ts";

/** How differences of two models of one metric err, in log-odds; `tables/differences.json`. */
export interface StoredDifferences {
  readonly metric: string;
  /** Variance of the residual. */
  readonly residual: number;
  /** Jackknife covariance of the amplitudes over training runs. */
  readonly covariance: readonly (readonly number[])[];
  /** What pairs of runs that were held out together have shown over both. */
  readonly factor: number;
}

let loaded: ReadonlyMap<string, StoredDifferences> | undefined;

export function storedDifferences(): ReadonlyMap<string, StoredDifferences> {
  loaded ??= new Map(
    (JSON.parse(tableText("differences.json")) as readonly StoredDifferences[]).map((each) => [each.metric, each]),
  );
  return loaded;
}
