import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import asc from "assemblyscript/asc";
import { afterAll, describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { buildC, findCompiler } from "../../../bench/core/c/build.mjs";
import { firstDifference, jobOf, lastCall, runOnC, runOnCore, writeJobs } from "../../../bench/core/c/jobs.mjs";
import { translate } from "../../../bench/core/c/translate.mjs";
import { createRandom } from "../../../src/random/index.ts";
import { createCore, simulateGemms, type GemmProblem } from "../../../src/sim/index.ts";
import { applySettings, defaultDeployment, loadHardware, loadModel, parseSetting } from "../../../src/spec/index.ts";
import { root } from "../../architecture/files.ts";

const compiler = findCompiler();
if (compiler === undefined)
  console.warn("no C compiler (cc, gcc, clang): the core is not compared with its translation to C");

const folder = mkdtempSync(join(tmpdir(), "ecotile-to-c-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Translates sources given as path → text; the entry is index.ts. */
function translated(sources: Readonly<Record<string, string>>): string {
  const at = mkdtempSync(join(folder, "sources-"));
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
  return translate(join(at, "index.ts"));
}

const entry = join(root, "assembly/index.ts");

describe("the translation of the core to C", () => {
  it("covers all of assembly/, and is the same text each time", () => {
    const text = translate(entry);
    expect(text).toContain("#define core_evaluate index__evaluate");
    expect(text.split("\n").length).toBeGreaterThan(1000);
    expect(translate(entry)).toBe(text);
  });

  const SEED = 20_260_301;
  it.skipIf(compiler === undefined)(
    `gives the WebAssembly core's bytes on random problems (seed ${SEED})`,
    () => {
      const random = createRandom(SEED);
      const size = (most: number): number => Math.max(1, Math.floor(2 ** (random.float() * Math.log2(most))));
      const specs = {
        hardware: loadHardware("catransformers-22nm"),
        model: loadModel("clip-vit-b16"),
        deployment: defaultDeployment(),
        technology: { profile: "calibrated" as const, factors: {} },
      };
      const settings = ["cores=4", "array.rows=32", "localBuffer.size=64KiB"].map(parseSetting);
      const hardware = [
        specs.hardware,
        applySettings(specs, settings).hardware,
        loadHardware("scale-sim"),
        loadHardware("zigzag-16x16"),
      ];
      const core = createCore();
      const searches = hardware.map((each) => {
        const problems: readonly GemmProblem[] = Array.from({ length: 12 }, () => ({
          batch: size(16),
          m: size(1000),
          n: size(1000),
          k: size(1000),
          sharedB: random.chance(3, 10),
        }));
        simulateGemms(each, problems, { core });
        return lastCall(core, problems.length);
      });
      // The mappings found, evaluated once more as given ones.
      const given = searches.map(({ hardware: record, problems, count }, i) => {
        const records = problems.slice();
        for (let row = 0; row < count; row++) records[row * abi.IN_FIELDS + abi.IN_GIVEN_MAPPING] = 1;
        return jobOf(
          record,
          records,
          new Float64Array(new Uint8Array(runOnCore(core, [searches[i]!], "evaluate", true)).buffer),
        );
      });
      const jobs = [...searches, ...given];
      const path = join(folder, "jobs");
      writeJobs(path, jobs);
      const expected = runOnCore(core, jobs, "evaluate", true);
      for (const { name, program } of buildC(compiler!, entry, [["-O0"], ["-O2"]], folder)) {
        expect(firstDifference(expected, runOnC(program, "evaluate", path, 0, folder).results), name).toBeUndefined();
      }
      const rows = new Float64Array(new Uint8Array(expected).buffer);
      const statuses = jobs.flatMap(({ count }) => [...Array(count).keys()]).map((_, i) => rows[i * abi.RES_FIELDS]);
      expect(statuses).toHaveLength(96);
      expect(statuses.every((status) => status === abi.STATUS_OK)).toBe(true);
    },
    120_000,
  );
});

/** Sources whose answers were worked by hand: what C does differently if it is not told. */
const LANGUAGE = {
  "index.ts": `
    import { COUNT, TABLE, double as short, next, total } from "./deep/state";
    import * as state from "./deep/state";
    export enum Kind { FIRST, SECOND = 5, THIRD }
    type cycles = f64;
    export function order(): f64 { return next() - next() * 10; }
    export function sum(): cycles {
      let register: f64 = 0;
      for (let i: i32 = 0; i < COUNT; i++) { if (i == 2) continue; register += load<f64>(TABLE + (<usize>i << 3)); }
      return register;
    }
    export function wraps(): f64 { let x: i32 = 2147483647; x++; let y: u8 = 250; y += 10; return <f64>x + <f64>y; }
    export function shifts(): f64 { const by: i32 = 33; const bits: i32 = (1 << by) | (-8 >> 1) | (-1 >>> 31); return <f64>bits; }
    export function literals(): f64 { const a: f64 = 7 / 2; const b = 7 / 2; return a * 10 + b + min(3, 4) + Math.max(1, 2.5); }
    export function kinds(kind: i32): f64 { return kind < 0 ? kindOf() : kindOf(kind); }
    function kindOf(kind: i32 = Kind.THIRD): f64 {
      switch (kind) { case Kind.FIRST: return 1; case Kind.SECOND: return 2; default: return <f64>kind; }
    }
    export function lanes(): f64 {
      const a: v128 = f64x2(1.5, -2.5);
      const b = f64x2.max(f64x2.mul(a, f64x2.splat(2)), v128.neg<f64>(a));
      const c = v128.bitselect(f64x2.ceil(b), a, f64x2.gt(b, f64x2.splat(2.75)));
      v128.store(TABLE, v128.shuffle<f64>(b, c, 1, 2));
      return f64x2.extract_lane(b, 0) * 100 + load<f64>(TABLE, 8) * 10 + state.total + short(load<f64>(TABLE));
    }`,
  "deep/state.ts": `
    export const COUNT = 4;
    export const TABLE: usize = memory.data(COUNT * 8, 16);
    export let total: f64 = 0;
    for (let i: i32 = 0; i < COUNT; i++) { store<f64>(TABLE + (<usize>i << 3), <f64>(i * i)); total += 1; }
    export function next(): f64 { total += 1; return total; }
    export function double(x: f64): f64 { return x * 2; }`,
};

const CALLS = [
  ["order"],
  ["sum"],
  ["wraps"],
  ["shifts"],
  ["literals"],
  ["lanes"],
  ["kinds", 0],
  ["kinds", 5],
  ["kinds", -1],
] as const;

/** What the AssemblyScript compiler makes of the same sources. */
async function inWebAssembly(): Promise<readonly number[]> {
  const files = new Map<string, Uint8Array>();
  const { error, stderr } = await asc.main(
    ["index.ts", "--outFile", "out.wasm", "--runtime", "stub", "--enable", "simd", "--use", "abort="],
    {
      readFile: (name) => (LANGUAGE as Readonly<Record<string, string>>)[name] ?? null,
      writeFile: (name, contents) => void files.set(name, contents as Uint8Array),
      listFiles: () => [],
    },
  );
  if (error !== null) throw new Error(stderr.toString());
  const module = new WebAssembly.Module(new Uint8Array(files.get("out.wasm")!));
  const exports = new WebAssembly.Instance(module).exports as Record<string, (...args: readonly number[]) => number>;
  return CALLS.map(([name, ...given]) => exports[name]!(...given));
}

describe("the language that is translated", () => {
  it.skipIf(compiler === undefined)("means in C what it means in AssemblyScript", async () => {
    const main = CALLS.map(([name, ...given]) => `  show(core_${name}(${given.join()}));`);
    const text = `${translated(LANGUAGE)}
#include <stdio.h>
static void show(double x) { printf("%.17g\\n", x); }
int main(void) { core_start();\n${main.join("\n")}\n return 0; }\n`;
    const source = join(folder, "language.c");
    writeFileSync(source, text);
    const program = join(folder, "language");
    const options = ["-O2", "-std=c11", "-ffp-contract=off", "-fwrapv", "-Wall", "-Werror", "-Wno-unused-function"];
    const built = spawnSync(compiler!.command, [...options, source, "-o", program, "-lm"], { encoding: "utf8" });
    expect(built.stderr).toBe("");
    const found = spawnSync(program, [], { encoding: "utf8" }).stdout.trim().split("\n").map(Number);
    expect(found).toEqual(await inWebAssembly());
    // order: 5 − 6 · 10. sum: 0 + 1 + 9. wraps: −2^31 + 4. shifts: 2 | −4 | 1. literals: 35 + 3 + 3 + 2.5.
    // lanes: b = (3, 2.5), c = (3, −2.5); 300 + 30 + 6 + 5.
    expect(found).toEqual([-55, 10, -2147483644, -1, 43.5, 341, 1, 2, 6]);
  });

  it.each([
    ["export class A {}", "1:1: ClassDeclaration is not translated"],
    [
      "export function f(x: f64): f64 { return Math.log2(x); }",
      "1:41: Math.log2 is not known, or gives other bits in C",
    ],
    ["export function f(x: f64): f64 {\n  return y; }", "2:10: y is not known"],
    ["export function f<T>(x: T): T { return x; }", "1:1: generic functions are not translated"],
    ["export function f(x: string): void {}", "1:22: type string is not translated"],
    ["export function f(x: f64): i32 { return x; }", "1:34: f64 given to a i32"],
    ["export function f(x: f64): bool { if (x) return true; return false; }", "1:39: a condition of type f64"],
    ["export function f(x: i32): i32 { return x +; }", "1:44: Expression expected"],
    ['import { a } from "./none";', "none.ts"],
  ])("and stops with the place at %s", (text, message) => {
    expect(() => translated({ "index.ts": text })).toThrow(message);
    expect(() => translated({ "index.ts": text })).toThrow("index.ts:");
  });
});
