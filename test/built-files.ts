import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Before a run of tests: what the library holds of presets, tables and charts is what their files hold now. */
export function setup(): void {
  for (const script of ["built-yaml", "built-charts"])
    execFileSync(process.execPath, [fileURLToPath(new URL(`../scripts/${script}.mjs`, import.meta.url))]);
}
