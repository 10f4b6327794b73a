import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { bindingOf, buildC, findTools } from "../../../bench/core/wasm2c/build.mjs";
import { firstDifference, jobOf, lastCall, runOnC, runOnCore, writeJobs } from "../../../bench/core/wasm2c/jobs.mjs";
import { createRandom } from "../../../src/random/index.ts";
import { createCore, simulateGemms, type GemmProblem } from "../../../src/sim/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { root } from "../../architecture/files.ts";

const tools = findTools();
if ("missing" in tools) {
  const missing = `${tools.missing} is missing: the core is not compared with its translation to C`;
  if (process.env["ECOTILE_REQUIRE_TOOLS"] === "1") throw new Error(missing);
  console.warn(missing);
}

const folder = mkdtempSync(join(tmpdir(), "ecotile-wasm2c-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const SEED = 20_260_301;
const PROBLEMS = 12;
const CHIPS = ["catransformers-22nm", "scale-sim", "zigzag-16x16", "tpu-v1"];

it.skipIf("missing" in tools)(
  `the scalar module, translated to C by wasm2c, gives the bytes that it gives here (seed ${SEED})`,
  () => {
    if ("missing" in tools) return;
    const random = createRandom(SEED);
    const size = (places: number): number => random.below(1 << random.below(places + 1)) + 1;
    const core = createCore("core.scalar");
    const searches = CHIPS.map((name) => {
      const problems: readonly GemmProblem[] = Array.from({ length: PROBLEMS }, () => ({
        batch: size(4),
        m: size(10),
        n: size(10),
        k: size(10),
        sharedB: random.chance(3, 10),
      }));
      simulateGemms(loadHardware(name), problems, { core });
      return lastCall(core, problems.length);
    });
    // The mappings found, evaluated once more as given ones.
    const given = searches.map((search) => {
      const problems = search.problems.slice();
      for (let row = 0; row < search.count; row += 1) problems[row * abi.IN_FIELDS + abi.IN_GIVEN_MAPPING] = 1;
      const found = runOnCore(core, [search], "evaluate", true);
      return jobOf(search.hardware, problems, new Float64Array(new Uint8Array(found).buffer));
    });
    // And what the core refuses.
    const refused = searches.map((search, i) => {
      const hardware = search.hardware.slice();
      hardware[(7 * i + 3) % abi.HW_FIELDS] = NaN;
      return jobOf(hardware, search.problems, new Float64Array(search.count * abi.RES_FIELDS));
    });
    const jobs = [...searches, ...given, ...refused];
    const path = join(folder, "jobs");
    writeJobs(path, jobs);
    const [build] = buildC(tools, join(root, "build/core.scalar.wasm"), [["-O1"]], folder);
    for (const call of ["evaluate", "scoreOnly"] as const) {
      const { results } = runOnC(build!.program, call, path, 0, folder);
      expect(firstDifference(runOnCore(core, jobs, call, true), results), call).toBeUndefined();
    }
    const rows = new Float64Array(new Uint8Array(runOnCore(core, jobs, "evaluate", true)).buffer);
    const count = CHIPS.length * PROBLEMS;
    expect(rows).toHaveLength(3 * count * abi.RES_FIELDS);
    const statuses = Array.from({ length: 3 * count }, (_, i) => rows[i * abi.RES_FIELDS + abi.RES_STATUS]);
    expect(new Set(statuses.slice(0, 2 * count))).toEqual(new Set([abi.STATUS_OK]));
    expect(statuses.slice(2 * count)).not.toContain(abi.STATUS_OK);
  },
  240_000,
);

it("a difference between results is told by problem and field", () => {
  const expected = Buffer.from(new Float64Array(2 * abi.RES_FIELDS).buffer);
  const found = Buffer.from(expected);
  found.writeDoubleLE(2.5, (abi.RES_FIELDS + abi.RES_CYCLES) * 8);
  expect(firstDifference(expected, expected)).toBeUndefined();
  expect(firstDifference(expected, found)).toBe(`problem 1, field ${abi.RES_CYCLES}: 0 in V8, 2.5 in C`);
});

it("names are those of the wasm2c that is there", () => {
  const old = bindingOf("typedef struct Z_core_instance_t {\n");
  expect(old).toContain("typedef Z_core_instance_t core_t;");
  expect(old).toContain("#define CORE(name) Z_coreZ_##name");
  const recent = bindingOf("typedef struct w2c_core {\n");
  expect(recent).toContain("#define CORE(name) w2c_core_##name");
  expect(recent).toContain("#define START(core) wasm2c_core_instantiate(core)");
  expect(() => bindingOf("typedef struct core {\n")).toThrow("no known form");
});
