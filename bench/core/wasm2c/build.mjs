import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** No fused multiply-add, which WebAssembly has not: without this, C would compute something else. */
export const SAME_NUMBERS = ["-std=gnu11", "-ffp-contract=off"];

/** Sources of wasm2c's run time; the second came with wabt 1.0.33. */
const RUN_TIME = ["wasm-rt-impl.c", "wasm-rt-mem-impl.c"];

/**
 * What the translation needs of this machine: wabt's wasm2c, its run time, and the C compiler that answers first of $CC, cc, gcc
 * and clang.
 *
 * @returns { wasm2c, runTime, headers, compiler, version } or { missing: what is not there, in words }
 */
export function findTools() {
  const wasm2c = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "wasm2c"))
    .find((path) => existsSync(path));
  if (wasm2c === undefined) return { missing: "wasm2c (package wabt)" };
  const prefix = join(dirname(realpathSync(wasm2c)), "..");
  const runTime = join(prefix, "share/wabt/wasm2c");
  if (!existsSync(join(runTime, RUN_TIME[0]))) return { missing: `the run time of wasm2c in ${runTime}` };
  for (const compiler of [process.env.CC, "cc", "gcc", "clang"]) {
    if (compiler === undefined || compiler === "") continue;
    const { status, stdout } = spawnSync(compiler, ["--version"], { encoding: "utf8" });
    if (status === 0)
      return { wasm2c, runTime, headers: join(prefix, "include"), compiler, version: stdout.split("\n")[0] };
  }
  return { missing: "a C compiler (cc, gcc or clang)" };
}

/**
 * Translates a module of the core to C and compiles it once for each set of options.
 *
 * @param tools    what `findTools` has found
 * @param module   path of the module; one with vectors is not translated
 * @param builds   compiler options of each build, for example [["-O3"]]
 * @param folder   where the files go
 * @returns        { name: the options, program: a path } of each build; main.c says how a program is called
 * @throws         Error with what wasm2c or the compiler has said
 */
export function buildC({ wasm2c, runTime, headers, compiler }, module, builds, folder) {
  run(wasm2c, [module, "--module-name", "core", "--output", join(folder, "core.c")]);
  writeFileSync(join(folder, "binding.h"), bindingOf(readFileSync(join(folder, "core.h"), "utf8")));
  const main = fileURLToPath(new URL("main.c", import.meta.url));
  const runTimeSources = RUN_TIME.map((file) => join(runTime, file)).filter((path) => existsSync(path));
  const sources = [main, join(folder, "core.c"), ...runTimeSources];
  return builds.map((options, i) => {
    const program = join(folder, `core-${i}`);
    const folders = [folder, runTime, headers].flatMap((each) => ["-I", each]);
    run(compiler, [...options, ...SAME_NUMBERS, ...folders, ...sources, "-o", program, "-lm"]);
    return { name: options.join(" "), program };
  });
}

/** Names that main.c uses, for those that wasm2c gives: up to 1.0.32 they start with Z_, from 1.0.33 on with w2c_. */
export function bindingOf(header) {
  const isOld = header.includes("Z_core_instance_t");
  if (!isOld && !header.includes("w2c_core")) throw new Error("wasm2c has written a header of no known form");
  const [type, prefix, start] = isOld
    ? ["Z_core_instance_t", "Z_coreZ_", "(Z_core_init_module(), Z_core_instantiate(core))"]
    : ["w2c_core", "w2c_core_", "wasm2c_core_instantiate(core)"];
  return `#include "core.h"
typedef ${type} core_t;
#define CORE(name) ${prefix}##name
#define START(core) ${start}
`;
}

function run(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stderr}`);
}
