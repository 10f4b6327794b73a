import type { ModelSpec } from "../../spec/model.ts";
import type { Arrival, ServiceLevel } from "../types.ts";

/** Queries find the nearest of N vectors; where there is a second model, it ranks the best of them anew. */
export interface RetrievalSpec {
  readonly name: string;
  /** A dual encoder, or one that makes vectors of both sides. */
  readonly encoder: ModelSpec;
  /** Vectors of the corpus, and queries that are worked on together at most. */
  readonly corpus: number;
  readonly together: number;
  readonly ranker: { readonly model: ModelSpec; readonly candidates: number } | null;
  readonly arrival: Arrival;
  readonly level: ServiceLevel | null;
  /** Replicas, each with the whole corpus. */
  readonly data: number;
}
