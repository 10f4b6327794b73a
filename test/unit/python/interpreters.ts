import { spawnSync } from "node:child_process";

/** Debian's packages belong to its own interpreter, which need not be the first. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** The first interpreter that can import these modules. */
export const pythonWith = (...modules: readonly string[]): string | undefined =>
  PYTHONS.find((name) => spawnSync(name, ["-c", ["import sys", ...modules].join("; import ")]).status === 0);

/** Whether a tool is there; says what is not tested without it. */
export function isThere(python: string | undefined, what: string): boolean {
  if (python === undefined) console.warn(`${what} is missing: what needs it is not tested`);
  return python !== undefined;
}

/** The same, and fails where `.ci/run` requires the tools that it installs. */
export function need(python: string | undefined, what: string): boolean {
  if (python === undefined && process.env["ECOTILE_REQUIRE_TOOLS"] === "1") throw new Error(`${what} is missing`);
  return isThere(python, what);
}
