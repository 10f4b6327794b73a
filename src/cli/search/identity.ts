import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { packageRoot } from "../../package-root.ts";
import type { Study } from "../../spec/index.ts";
import type { StudyIdentity } from "../../store/index.ts";
import { packageVersion } from "../package-version.ts";

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
  for (const folder of ["src/cost/tables/", "src/accuracy/tables/"]) {
    const url = new URL(folder, packageRoot);
    const names = readdirSync(url).filter((name) => /\.(yaml|json)$/.test(name));
    for (const name of names.sort())
      tables
        .update(name)
        .update("\0")
        .update(readFileSync(new URL(name, url)));
  }
  tables.update(readFileSync(new URL("presets/dram.yaml", packageRoot)));
  return {
    version: packageVersion(),
    core: core.digest("hex").slice(0, DIGITS),
    tables: tables.digest("hex").slice(0, DIGITS),
  };
}

/**
 * Digest of everything that decides the trials of a study: not its name, nor how many trials there are to be, so that a
 * run can be made longer; nor how long and how often its command is asked.
 */
export function identityOf(study: Study, sources: Sources): StudyIdentity {
  const { model, hardware, deployment, technology, space, objectives, constraints, mapping } = study;
  const { strategy, seed, batch, population, reference } = study.search;
  const { evaluator, metric, command } = study.accuracy;
  const accuracy = { evaluator, metric, command };
  const search = { strategy, seed, batch, population, reference };
  const parts = { model, hardware, deployment, technology, space, objectives, constraints, mapping, accuracy, search };
  const text = JSON.stringify([sources, parts], (_, value: unknown) => (value === Infinity ? "unlimited" : value));
  const studyHash = createHash("sha256").update(text).digest("hex").slice(0, DIGITS);
  return { studyHash, seed, version: sources.version };
}
