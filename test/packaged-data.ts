import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Before a run of tests: what the library holds of presets and tables is what their files hold now. */
export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL("../scripts/built-yaml.mjs", import.meta.url))]);
}
