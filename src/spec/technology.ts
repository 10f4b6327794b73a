/** Which tables and charging rules turn counters into joules, square millimetres and grams. */
export interface Technology {
  readonly profile: "published" | "calibrated";
  /** Overrides of named factors, from `--set technology.<factor>=<value>`; the closed list is in src/cost/factors.ts. */
  readonly factors: Readonly<Record<string, number>>;
}

/** What holds where nothing is said. */
export const PLAIN_TECHNOLOGY: Technology = Object.freeze({ profile: "calibrated", factors: Object.freeze({}) });
