import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { packagedDigest, packagedPaths } from "../data/index.ts";
import type { OwnMetrics } from "./own-metrics.ts";
import { packageRoot } from "../package-root.ts";
import type { Study } from "../spec/index.ts";
import type { StudyIdentity } from "../store/index.ts";
import { packageVersion } from "../package-root.ts";

const DIGITS = 16;

/** What made the numbers of a run, beside its study. */
export interface Sources {
  readonly version: string;
  /** Digests of the WebAssembly core, and of the tables of the cost and accuracy rooms. */
  readonly core: string;
  readonly tables: string;
}

export function sourcesInUse(): Sources {
  const core = createHash("sha256").update(readFileSync(new URL("build/core.wasm", packageRoot)));
  const tables = createHash("sha256");
  for (const path of [...packagedPaths("src/cost/tables/"), "presets/dram.yaml", "presets/multipliers.yaml"])
    tables.update(path).update("\0").update(packagedDigest(path));
  const folder = new URL("src/accuracy/tables/", packageRoot);
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith(".json"))
    .sort())
    tables
      .update(name)
      .update("\0")
      .update(readFileSync(new URL(name, folder)));
  return {
    version: packageVersion(),
    core: core.digest("hex").slice(0, DIGITS),
    tables: tables.digest("hex").slice(0, DIGITS),
  };
}

/** What of a study decides none of its trials, each with the reason. Whatever is not listed is part of its identity. */
export const DECIDES_NO_TRIAL: Readonly<Record<string, string>> = {
  name: "a word for readers",
  description: "words for readers",
  "specs.model.name": "a word for readers; accuracies are kept by what a model is, not by its name",
  "specs.model.description": "words for readers",
  "specs.hardware.name": "a word for readers",
  "specs.hardware.description": "words for readers",
  "specs.deployment.gridSource": "words for readers",
  "specs.deployment.gridTrace.region": "words for readers",
  mode: "what it stands for is in objectives and space",
  fixed: "what the mode has taken out of the space",
  "accuracy.folder": "a run may be moved with its folder",
  "accuracy.parallel": "how many programs are asked at once; each answers for its model alone",
  "accuracy.timeout": "how long the command is waited for; what has no answer is asked again",
  "accuracy.retries": "how often the command is asked; what has no answer is asked again",
  "accuracy.confidence": "which designs of a front are told apart; the trials are the same",
  "search.trials": "a run may be made longer",
  "search.chosen": "words for readers",
  "search.patience": "a run may be made longer",
  document: "the same study as its file has it",
};

/** The parts of a study that are not listed in {@link DECIDES_NO_TRIAL}. */
function decidingParts(value: unknown, at = ""): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, part, at === "" ? key : `${at}.${key}`] as const);
  const kept = entries.filter(([, , path]) => !Object.hasOwn(DECIDES_NO_TRIAL, path));
  return Object.fromEntries(kept.map(([key, part, path]) => [key, decidingParts(part, path)]));
}

/**
 * Digest of everything that decides the trials of a study, and of what their numbers are made with.
 *
 * @param metrics of one's own: their source text counts
 */
export function identityOf(study: Study, sources: Sources, metrics: OwnMetrics = {}): StudyIdentity {
  const own = Object.entries(metrics).map(([key, of]) => [key, String(of)]);
  const parts = [sources, decidingParts(study), ...(own.length === 0 ? [] : [own])];
  const text = JSON.stringify(parts, (_, value: unknown) => (value === Infinity ? "unlimited" : value));
  const studyHash = createHash("sha256").update(text).digest("hex").slice(0, DIGITS);
  return { studyHash, seed: study.search.seed, version: sources.version };
}
