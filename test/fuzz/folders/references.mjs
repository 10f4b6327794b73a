import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../dist/bundle/cli/main.js", import.meta.url));
const study = (name) => fileURLToPath(new URL(`../../fixtures/search/${name}.yaml`, import.meta.url));

/** Runs whose folders are damaged. */
export const REFERENCES = [
  { name: "sampled", study: study("tiny"), strategy: "nsga2", code: 0 },
  { name: "exact", study: study("tiny"), strategy: "exact", code: 0 },
  { name: "infeasible", study: study("tiny-infeasible"), strategy: "random", code: 3 },
];

/** Makes them, each in its folder below `directory`. @throws Error */
export function makeReferences(directory) {
  for (const { name, study: file, strategy, code } of REFERENCES) {
    const options = ["--out", join(directory, name), "--strategy", strategy, "--workers", "1"];
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "search", file, ...options], { encoding: "utf8" });
    if (status !== code) throw new Error(`${name}: exit ${status}: ${stderr}`);
  }
}
