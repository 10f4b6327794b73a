/** Whose equations price dies and what joins them: ours, or those of a published tool. */
export const PACKAGING_PROFILES = ["calibrated", "eco-chip", "3d-carbon"] as const;
export type PackagingProfile = (typeof PACKAGING_PROFILES)[number];

/** Which tables and charging rules turn counters into joules, square millimetres and grams. */
export interface Technology {
  readonly profile: "published" | "calibrated";
  /** A published tool whose equations price the dies and their package instead of the calibrated ones; absent: none. */
  readonly packaging?: Exclude<PackagingProfile, "calibrated">;
  /** Overrides of named factors, from `--set technology.<factor>=<value>`; the closed list is in src/cost/factors.ts. */
  readonly factors: Readonly<Record<string, number>>;
}

/** What holds where nothing is said. */
export const PLAIN_TECHNOLOGY: Technology = Object.freeze({ profile: "calibrated", factors: Object.freeze({}) });
