// Builds the WebAssembly core (release, scalar, debug) and the TypeScript sources into build/ and dist/.
// With the argument core: only build/core.wasm, by neither compiler's optimiser, for trying a change of assembly/ by tests; with core named: the same as
// it ships, and with the names of its functions, for profiles.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { optimize } from "./optimize.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = (script, ...args) =>
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
const asc = (target, ...options) =>
  node("node_modules/assemblyscript/bin/asc.js", "--config", "asconfig.json", "--target", target, ...options);

const [only, named, ...more] = process.argv.slice(2);
if ((only ?? "core") !== "core" || (named ?? "named") !== "named" || more.length > 0) {
  console.error("usage: node scripts/build.mjs [core [named]]");
  process.exit(2);
}

mkdirSync(new URL("../build", import.meta.url), { recursive: true });
if (only === "core") {
  // What is there no longer belongs together: the next set-up builds all of it.
  rmSync(new URL("../build/.ecotile-build", import.meta.url), { force: true });
  if (named === undefined) asc("release", "--optimizeLevel", "0");
  else {
    asc("release", "--debug");
    optimize(fileURLToPath(new URL("../build/core.wasm", import.meta.url)), true, true);
  }
} else {
  for (const target of ["release", "scalar", "debug"]) asc(target);
  optimize(fileURLToPath(new URL("../build/core.wasm", import.meta.url)), true);
  optimize(fileURLToPath(new URL("../build/core.scalar.wasm", import.meta.url)), false);
  rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
  node("node_modules/typescript/bin/tsc", "-p", "tsconfig.json");
  for (const script of [
    "built-yaml",
    "built-charts",
    "built-commands",
    "abi-files",
    "live-bundle",
    "public-types",
    "check-tables",
    "bundle",
  ])
    node(`scripts/${script}.mjs`);
}
