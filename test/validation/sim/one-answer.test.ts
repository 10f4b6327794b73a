import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import * as library from "../../../src/index.ts";
import { createRandom } from "../../../src/random/index.ts";
import { encodeHardware, encodeProblem } from "../../../src/sim/encode.ts";
import { ecotile, scratch, scratchFile } from "../../unit/cli/run.ts";

/** One product, three doors: the command line, the library with its defaults, and records that are written into the module. */
const SEED = 20_260_317;
const PRESETS = library.listPresets("hardware");
const SHAPES = 200;

const random = createRandom(SEED);
/** Mostly such as models have; small ones cost a search most. */
const size = (most: number): number => Math.max(1, Math.floor(2 ** (random.float() * Math.log2(most))));
const shapes: readonly library.GemmProblem[] = Array.from({ length: SHAPES }, (_, i) => {
  const isSmall = i % 8 === 0;
  return {
    batch: i % 4 === 0 ? random.below(12) + 1 : 1,
    m: isSmall ? size(64) : random.pick([50, 128, 197, 512, 2048]),
    n: isSmall ? size(64) : 64 * (1 + random.below(64)) - random.below(3),
    k: isSmall ? size(64) : size(4096) + 32,
    sharedB: i % 16 === 4,
  };
});
/** For what is asked twice: as many of each kind as of others. */
const few = shapes.filter((_, i) => i % 5 === 0);
const input = scratchFile(
  "one-answer.csv",
  [
    "batch,m,n,k,shared_b",
    ...shapes.map((each) => Object.values({ ...each, sharedB: each.sharedB ? 1 : 0 }).join()),
  ].join("\n"),
);

/** Cycles by the command line, by itself: one preset fetches the next product of a stream ahead unless it is told not to. */
function byCommand(name: string): readonly (number | null)[] {
  const output = join(scratch, `${name}.csv`);
  const alone = ["--set", "schedule.prefetch=false"];
  const run = ecotile("gemm", name, "--input", input, "--output", output, ...alone);
  expect(run.status, run.stderr).toBe(0);
  const rows: readonly Readonly<Record<string, string>>[] = parse(readFileSync(output, "utf8"), { columns: true });
  return rows.map(({ cycles }) => (cycles === "" ? null : Number(cycles)));
}

const cyclesOf = (results: readonly library.GemmResult[]): readonly (number | null)[] =>
  results.map((result) => (result.kind === "mapped" ? result.timing.cycles : null));

/** Cycles by the module; energies null: fields of the hardware record that are left 0. */
function byRecord(
  hardware: library.Hardware,
  energy: library.EnergyCoefficients | null,
  shapes: readonly library.GemmProblem[],
): readonly (number | null)[] {
  const core = library.createCore();
  encodeHardware(core.hardware, hardware, energy);
  const energies = core.hardware.slice(abi.HW_ENERGY_MAC, abi.HW_ENERGY_TRAFFIC + abi.TRAFFIC_COLUMNS);
  expect(energies.some((value) => value !== 0)).toBe(energy !== null);
  shapes.forEach((shape, row) => encodeProblem(core.problems, row, shape, "latency", "fast", false));
  core.evaluate(shapes.length);
  return shapes.map((_, row) => {
    const at = (field: number): number => core.results[row * abi.RES_FIELDS + field]!;
    if (at(abi.RES_STATUS) !== abi.STATUS_OK) return null;
    if (energy === null) expect(at(abi.RES_ENERGY)).toBe(0);
    return at(abi.RES_CYCLES);
  });
}

describe(`${SHAPES} products on each of ${PRESETS.length} presets (seed ${SEED})`, () => {
  it.each(PRESETS)(
    "%s: the same cycles at every door",
    (name) => {
      const hardware = library.loadHardware(name);
      const coefficients = library.energyCoefficients(hardware, library.PLAIN_TECHNOLOGY);
      const energy = "total" in coefficients ? null : coefficients;
      const byLibrary = cyclesOf(library.simulateGemms(hardware, shapes));
      expect(byLibrary.filter((cycles) => cycles !== null).length).toBeGreaterThan(SHAPES / 2);
      expect(byCommand(name)).toEqual(byLibrary);
      // The time of library kernels, where a machine has them, is no matter of the core.
      const mapped = { ...hardware, kernels: null };
      expect(byRecord(hardware, energy, shapes)).toEqual(
        hardware.kernels === null ? byLibrary : cyclesOf(library.simulateGemms(mapped, shapes)),
      );
      const unpriced = cyclesOf(library.simulateGemms(mapped, few, { energy: null }));
      expect(byRecord(hardware, null, few)).toEqual(unpriced);
    },
    300_000,
  );

  it("what a latency search without energies finds: pinned, by the convention of assembly/abi.ts", () => {
    const hardware = library.loadHardware("catransformers-22nm");
    const problem = { batch: 1, m: 197, n: 3072, k: 768, sharedB: false };
    const cycles = (energy?: null) =>
      cyclesOf(library.simulateGemms(hardware, [problem], energy === null ? { energy } : {}));
    expect(cycles()).toEqual([227_606]);
    expect(cycles(null)).toEqual([227_773]);
  });
});
