import { deserialize, serialize } from "node:v8";
import type { DesignDetail, DesignOutcome, DesignResult } from "./design.ts";

/** A detail as a worker sends it: bytes, which nobody reads before it is shown. Reading one takes as long as 50 outcomes, and few are ever shown. */
export type SentDetail = Uint8Array;

/** A {@link DesignResult} on its way from a worker. */
export interface SentResult {
  readonly outcome: DesignOutcome | null;
  readonly detail: SentDetail | null;
}

export function sentResult({ outcome, detail }: DesignResult): SentResult {
  return { outcome, detail: detail === null ? null : serialize(detail) };
}

export function readDetail(detail: SentDetail): DesignDetail {
  return deserialize(detail) as DesignDetail;
}
