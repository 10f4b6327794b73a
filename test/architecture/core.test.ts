import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as abi from "../../assembly/abi.ts";
import { createRandom } from "../../src/random/index.ts";
import { createCore, simulateGemms, type CoreBuild, type GemmProblem } from "../../src/sim/index.ts";
import { applySettings, defaultDeployment, loadHardware, loadModel, parseSetting } from "../../src/spec/index.ts";
import { filesUnder, readSource, root } from "./files.ts";

const BUILDS = ["core", "core.scalar", "core.debug"] as const;
const SHIPPED = ["core", "core.scalar"] as const;

const bytesOf = (build: CoreBuild): Buffer => readFileSync(join(root, "build", `${build}.wasm`));
const moduleOf = (build: CoreBuild): WebAssembly.Module => new WebAssembly.Module(new Uint8Array(bytesOf(build)));

/** Exports without `abort`, which only the debug build imports. */
function instance(build: CoreBuild): Record<string, WebAssembly.ExportValue> {
  const env = { abort: () => expect.fail("the core aborted") };
  return new WebAssembly.Instance(moduleOf(build), { env }).exports;
}

const hasWabt = spawnSync("wasm-validate", ["--version"]).status === 0;
if (!hasWabt) {
  const missing = "wasm-validate (package wabt) is missing: the shipped builds are not validated by it";
  if (process.env["ECOTILE_REQUIRE_TOOLS"] === "1") throw new Error(missing);
  console.warn(missing);
}

describe("the core's surface", () => {
  it.each(SHIPPED)("%s imports nothing and exports functions of numbers and one memory", (build) => {
    const module = moduleOf(build);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const exported = WebAssembly.Module.exports(module);
    expect(exported.filter(({ kind }) => kind === "memory").map(({ name }) => name)).toEqual(["memory"]);
    expect(exported.filter(({ kind }) => kind !== "memory" && kind !== "function")).toEqual([]);
    expect(exported.map(({ name }) => name).filter((name) => name.startsWith("__"))).toEqual([]);
    expect(exported.length).toBeGreaterThan(5);
  });

  it.each(SHIPPED)("%s was built for the layout that assembly/abi.ts names", (build) => {
    const exports = instance(build) as Record<string, () => number>;
    expect(exports["abiVersion"]!()).toBe(abi.ABI_VERSION);
    expect(exports["hardwareFields"]!()).toBe(abi.HW_FIELDS);
    expect(exports["problemFields"]!()).toBe(abi.IN_FIELDS);
    expect(exports["resultFields"]!()).toBe(abi.RES_FIELDS);
    expect(exports["maxBatch"]!()).toBe(abi.MAX_BATCH);
  });

  it("its tables do not overlap and lie in memory", () => {
    const exports = instance("core");
    const at = (name: string): number => (exports[name] as () => number)();
    const { buffer } = exports["memory"] as WebAssembly.Memory;
    const tables = [
      [at("hardwarePointer"), abi.HW_FIELDS * 8],
      [at("problemsPointer"), abi.MAX_BATCH * abi.IN_FIELDS * 8],
      [at("resultsPointer"), abi.MAX_BATCH * abi.RES_FIELDS * 8],
      [buffer.byteLength, 0],
    ] as const;
    const sorted = [...tables].sort(([a], [b]) => a - b);
    sorted.forEach(([start, size], i) => {
      expect(start % 8).toBe(0);
      if (i > 0) expect(start).toBeGreaterThanOrEqual(sorted[i - 1]![0] + sorted[i - 1]![1]);
      expect(start + size).toBeLessThanOrEqual(buffer.byteLength);
    });
  });

  it("allocates nothing: no runtime in its text, and no memory.grow", () => {
    const text = readFileSync(join(root, "build/core.wat"), "utf8");
    expect(text.length).toBeGreaterThan(10_000);
    for (const symbol of ["~lib/rt", "__new", "__alloc", "__renew", "__collect", "memory.grow"]) {
      expect(text.includes(symbol), symbol).toBe(false);
    }
  });

  it("its sources use no construct that allocates", () => {
    const allocating = /\bnew\s+[A-Z]|\.push\(|\bStaticArray\b|\bArray</;
    const found = filesUnder("assembly", ".ts").filter((file) =>
      allocating.test(readSource(file).replace(/\/\*[^]*?\*\/|\/\/.*/g, "")),
    );
    expect(found).toEqual([]);
  });

  it.skipIf(!hasWabt)("both shipped builds are valid for wabt", () => {
    for (const build of SHIPPED) execFileSync("wasm-validate", [join(root, "build", `${build}.wasm`)]);
  });
});

describe("the three builds", () => {
  const specs = {
    hardware: loadHardware("catransformers-22nm"),
    model: loadModel("clip-vit-b16"),
    deployment: defaultDeployment(),
    technology: { profile: "calibrated" as const, factors: {} },
  };
  const variants = [
    [],
    ["cores=4", "array.rows=32", "array.cols=16", "localBuffer.size=128KiB"],
    ["array.unroll=fixed", "array.dataflow=output-stationary", "array.kind=systolic", "array.overlap=none"],
  ].map((settings) => applySettings(specs, settings.map(parseSetting)).hardware);
  const hardware = [...variants, loadHardware("scale-sim"), loadHardware("zigzag-16x16")];
  const SEED = 20_260_101;
  const random = createRandom(SEED);
  const size = (most: number): number => Math.max(1, Math.floor(2 ** (random.float() * Math.log2(most))));
  const problems: readonly GemmProblem[] = Array.from({ length: 300 }, () => ({
    batch: size(16),
    m: size(1000),
    n: size(1000),
    k: size(1000),
    sharedB: random.chance(3, 10),
  }));

  it(`give the same bytes on ${problems.length} random problems (seed ${SEED}), and their memory does not grow`, () => {
    hardware.forEach((target, i) => {
      const share = problems.filter((_, row) => row % hardware.length === i);
      const [simd, scalar, debug] = BUILDS.map((build) => {
        const core = createCore(build);
        const before = core.results.buffer.byteLength;
        const results = simulateGemms(target, share, { core });
        expect(core.results.buffer.byteLength).toBe(before);
        expect(before).toBeGreaterThan(0);
        return { results, bytes: Buffer.from(core.results.slice(0, share.length * abi.RES_FIELDS).buffer) };
      });
      expect(scalar!.bytes.equals(simd!.bytes), `${target.name}: scalar`).toBe(true);
      expect(debug!.bytes.equals(simd!.bytes), `${target.name}: debug`).toBe(true);
      expect(debug!.results).toEqual(simd!.results);
      const mapped = simd!.results.filter(({ kind }) => kind === "mapped");
      expect(mapped.length).toBe(share.length);
    });
  }, 300_000);
});
