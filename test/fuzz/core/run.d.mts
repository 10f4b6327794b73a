export interface Fault {
  readonly what: string;
  readonly machine: number;
}
export type CoreStats = Readonly<
  Record<"rows" | "calls" | "ok" | "searches" | "tooSmall" | "badHardware" | "badProblem" | "badMapping", number>
>;

/** See run.mjs. */
export function runCore(options: {
  readonly cases: number;
  readonly seed: number;
  readonly first?: number;
  readonly onFault: (fault: Fault) => void;
  readonly onStats?: (stats: CoreStats) => void;
}): Promise<CoreStats>;
