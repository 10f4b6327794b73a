import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { translate } from "./translate.mjs";

/**
 * Options of every build, without which C would compute something else: no fused multiply-add (WebAssembly has none), and
 * integers that wrap. Everything else is up to the compiler: the whole core is one translation unit of static functions.
 */
export const SAME_NUMBERS = ["-std=c11", "-ffp-contract=off", "-fwrapv"];

/** The C compiler of this machine, { command, version }, or undefined: $CC, cc, gcc or clang, whichever answers first. */
export function findCompiler() {
  for (const command of [process.env.CC, "cc", "gcc", "clang"]) {
    if (command === undefined || command === "") continue;
    const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
    if (status === 0) return { command, version: stdout.split("\n")[0] };
  }
  return undefined;
}

/**
 * Translates the core to C and compiles it once for each set of options.
 *
 * @param entry    path of assembly/index.ts
 * @param builds   compiler options of each build, for example [["-O3"]]
 * @param folder   where the files go
 * @returns        { name: the options, program: a path } of each build; main.c says how a program is called
 * @throws         TranslationError; Error with the compiler's messages
 */
export function buildC(compiler, entry, builds, folder) {
  const core = join(folder, "core.c");
  writeFileSync(core, translate(entry));
  const main = fileURLToPath(new URL("main.c", import.meta.url));
  return builds.map((options, i) => {
    const program = join(folder, `core-${i}`);
    const args = [...options, ...SAME_NUMBERS, "-include", core, main, "-o", program, "-lm"];
    const { status, stderr } = spawnSync(compiler.command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${compiler.command} ${args.join(" ")}\n${stderr}`);
    return { name: options.join(" "), program };
  });
}
