export interface Fault {
  readonly what: string;
  readonly seed: number;
}
export interface CoreReport {
  readonly stats: Readonly<
    Record<
      "rows" | "calls" | "ok" | "searches" | "tooSmall" | "badHardware" | "badProblem" | "badMapping" | "faults",
      number
    >
  >;
  readonly faults: readonly Fault[];
}

/** See run.mjs. */
export function runCore(options: { readonly cases: number; readonly seed: number }): Promise<CoreReport>;
