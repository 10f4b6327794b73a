// Builds the WebAssembly core (release, scalar, debug) and the TypeScript sources into build/ and dist/.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { optimize } from "./optimize.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = (script, ...args) =>
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });

mkdirSync(new URL("../build", import.meta.url), { recursive: true });
for (const target of ["release", "scalar", "debug"]) {
  node("node_modules/assemblyscript/bin/asc.js", "--config", "asconfig.json", "--target", target);
}
optimize(fileURLToPath(new URL("../build/core.wasm", import.meta.url)), true);
optimize(fileURLToPath(new URL("../build/core.scalar.wasm", import.meta.url)), false);
rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
node("node_modules/typescript/bin/tsc", "-p", "tsconfig.json");
// npm makes a bin file executable only when it links it.
chmodSync(new URL("../dist/src/cli/main.js", import.meta.url), 0o755);
