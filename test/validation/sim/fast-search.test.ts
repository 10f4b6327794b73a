import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import {
  simulateGemms,
  type EnergyCoefficients,
  type GemmProblem,
  type MappingEffort,
} from "../../../src/sim/index.ts";
import type { Buffer, Hardware, Port } from "../../../src/spec/hardware.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { effort as runsFactor, seed } from "../../oracle/cases.ts";

/**
 * `fast` and `thorough` against `exhaustive`: on random GEMMs with dimensions up to 32, of which exhaustive tries every integer local size and order,
 * and on larger ones with dimensions up to 300 (evenly spread in their logarithm), of which it tries the candidate set. A few problems a preset
 * by default, ECOTILE_PROPERTY_EFFORT times as many on request.
 *
 * Of small problems wanted are 95 % within 1 % or eight cycles and 1.2 at worst for `fast`, and 99 % and 1.05 for `thorough`,
 * whose search of them is what `fast` did when this was measured, share within 1 % and worst:
 *
 *   small    (seed 4242, effort 20)  latency 998 of 1000, 1.039    energy all of 1000, 1.000    EDP 999 of 1000, 1.038
 *   larger   (seed 77, effort 7)     latency 104 of 105, 1.014     energy all of 105, 1.000     EDP 104 of 105, 1.014
 *
 * In other samples for latency: dimensions up to 300 as here, 96 % of 162 on catransformers-22nm alone, worst 1.040 (a cycle of some dozens), and
 * spread evenly from 33 to 400, 95 % of 60 there, worst 1.031, 99 % of 100 on nvdla-2048, worst 1.011. `exhaustive` begins with what `fast` finds, so it is
 * never worse. timeloop-16x16 is left out: it takes exhaustive ten seconds a problem.
 */
const RUNS = {
  small: { effort: "fast", problems: 10, most: 32, near: { latency: 0.95, energy: 0.95, edp: 0.95 }, worst: 1.2 },
  "small, thorough": {
    effort: "thorough",
    problems: 5,
    most: 32,
    near: { latency: 0.99, energy: 0.99, edp: 0.99 },
    worst: 1.05,
  },
  larger: { effort: "fast", problems: 3, most: 300, near: { latency: 0.93, energy: 0.99, edp: 0.93 }, worst: 1.05 },
} as const;
const PRESETS = ["catransformers-22nm", "zigzag-16x16", "tpu-v1", "edge-tpu", "nvdla-2048"];
const objectives = ["latency", "energy", "edp"] as const;

/** Problems with extents up to `most`; beyond small ones, as many between 2 and 4 as between 100 and 200. */
function problems(most: number): fc.Arbitrary<GemmProblem> {
  const spread = fc
    .double({ min: 0, max: Math.log(most), noNaN: true })
    .map((logarithm) => Math.round(Math.exp(logarithm)));
  const extent = most <= 32 ? fc.integer({ min: 1, max: most }) : spread;
  return fc.record({
    batch: fc.constantFrom(1, 1, 2, 3, 8),
    m: extent,
    n: extent,
    k: extent,
    // A shared operand would fold the batch into m, beyond what is wanted.
    sharedB: fc.constant(false),
  });
}

/** Energies of the chip, or, where its node has no table, those of `catransformers-22nm`: any do to compare two searches. */
function energiesOf(hardware: Hardware): EnergyCoefficients {
  for (const chip of [hardware, loadHardware("catransformers-22nm")]) {
    const energies = energyCoefficients(chip, { profile: "calibrated", factors: {} });
    if (!("total" in energies)) return energies;
  }
  throw new Error("no energies");
}

/** What is minimised, and what a cycle of it is; Infinity where no mapping exists. */
function valueOf(
  hardware: Hardware,
  problem: GemmProblem,
  energy: EnergyCoefficients,
  objective: (typeof objectives)[number],
  effort: MappingEffort,
): { readonly value: number; readonly ofCycle: number } {
  const [result] = simulateGemms(hardware, [problem], { objective, effort, energy });
  if (result?.kind !== "mapped") return { value: Infinity, ofCycle: 0 };
  const { cycles } = result.timing;
  const joules = gemmEnergy(result.counters, cycles, energy).total;
  if (objective === "energy") return { value: joules, ofCycle: 0 };
  return objective === "latency" ? { value: cycles, ofCycle: 1 } : { value: joules * cycles, ofCycle: joules };
}

interface Found {
  readonly ratio: number;
  /** Whether it is within 1 % of the best, or within eight cycles, which are more than that of a small problem. */
  readonly isNear: boolean;
}

function found(searched: ReturnType<typeof valueOf>, best: ReturnType<typeof valueOf>): Found {
  if (searched.value === best.value) return { ratio: 1, isNear: true };
  const ratio = searched.value / best.value;
  return { ratio, isNear: ratio <= 1.01 || searched.value - best.value <= 8 * searched.ofCycle };
}

const shareOf = (all: readonly Found[]): number => all.filter(({ isNear }) => isNear).length / all.length;
const worstOf = (all: readonly Found[]): number => Math.max(...all.map(({ ratio }) => ratio));
const leastOf = (all: readonly Found[]): number => Math.min(...all.map(({ ratio }) => ratio));

describe(`fast search against exhaustive search (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  const cases = (Object.keys(RUNS) as (keyof typeof RUNS)[]).flatMap((size) =>
    objectives.map((objective) => [size, objective] as const),
  );
  it.each(cases)(
    "%s problems, %s",
    (size, objective) => {
      const run = RUNS[size];
      const all: Found[] = [];
      for (const preset of PRESETS) {
        const hardware = loadHardware(preset);
        const energy = energiesOf(hardware);
        const value = (problem: GemmProblem, effort: MappingEffort) =>
          valueOf(hardware, problem, energy, objective, effort);
        const own = fc
          .sample(problems(run.most), { seed, numRuns: run.problems * runsFactor })
          .map((problem) => found(value(problem, run.effort), value(problem, "exhaustive")));
        const percent = (100 * shareOf(own)).toFixed(1);
        console.log(
          `${preset} ${size} ${objective}: ${percent} % of ${own.length} near the best, worst ${worstOf(own).toFixed(4)}`,
        );
        all.push(...own);
      }
      expect(leastOf(all), "exhaustive is never worse").toBeGreaterThanOrEqual(1 - 1e-12);
      expect(shareOf(all)).toBeGreaterThanOrEqual(run.near[objective]);
      expect(worstOf(all)).toBeLessThanOrEqual(run.worst);
    },
    3_600_000,
  );
});

/** A preset whose array, cores, buffers and ports have other sizes, down to where hardly anything fits. */
const variation: fc.Arbitrary<(preset: string) => Hardware> = fc
  .record({
    rows: fc.constantFrom(2, 4, 8, 16, 32),
    cols: fc.constantFrom(2, 4, 8, 16, 32),
    cores: fc.constantFrom(1, 2, 3, 4),
    arraysPerCore: fc.constantFrom(1, 1, 1, 2),
    local: fc.constantFrom(256, 512, 1024, 2048, 4096, 16384),
    global: fc.constantFrom(2, 4, 8, 16),
    bytes: fc.constantFrom(1, 2, 4, 8, 16, 32, 64),
    globalBytes: fc.constantFrom(1, 2, 4),
    dramBytes: fc.constantFrom(1, 2, 4, 8, 16, 32),
  })
  .map(({ rows, cols, cores, arraysPerCore, local, global, bytes, globalBytes, dramBytes }) => (preset) => {
    const hardware = loadHardware(preset);
    const port = (old: Port, rate: number): Port => ({
      ...old,
      read: { bytes: rate, cycles: 1 },
      write: { bytes: rate, cycles: 1 },
    });
    const buffer = (old: Buffer | null, size: number, rate: number): Buffer | null =>
      old && {
        ...old,
        size: typeof old.size === "number" ? size : { input: size, weight: size, output: size },
        port: port(old.port, rate),
      };
    return {
      ...hardware,
      cores,
      arraysPerCore: hardware.localBuffer === null ? 1 : arraysPerCore,
      array: { ...hardware.array, rows, cols },
      localBuffer: buffer(hardware.localBuffer, local, bytes),
      globalBuffer: buffer(hardware.globalBuffer, local * global, bytes * globalBytes),
      dram: hardware.dram && { ...hardware.dram, port: port(hardware.dram.port, dramBytes) },
    };
  });

/**
 * Of each preset so many; seed 20250607, effort 2: latency 96.9 % of 98 within 1 %, worst 1.073; energy 98.0 %, 1.027; EDP 96.9 %, 1.064. Before power above idle was part of energy, by seed 77, effort 3:
 * latency 98.3 % of 294 within 1 %, worst 1.037; energy 99.3 %, 1.054; EDP 98.3 %, 1.210 (2 × 5 × 5 on three cores of two
 * flexible arrays). On larger problems (dimensions up to 300) buffers as small as these take the fast search further from the best: 94 % of 661
 * within 1 %, worst 1.65; on the presets as they are 99 % of 551, worst 1.06.
 */
const VARIATIONS = [
  { presets: ["tpu-v1", "edge-tpu", "nvdla-2048", "scale-sim", "stonne-os"], most: 24, problems: 8 },
  { presets: ["catransformers-22nm", "eyeriss", "gaudi-2"], most: 6, problems: 3 },
];

describe(`fast search against exhaustive search on random variations of presets (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each(objectives)(
    "small problems, %s",
    (objective) => {
      const all = VARIATIONS.flatMap(({ presets, most, problems: count }) =>
        presets.flatMap((preset) => {
          const energy = energiesOf(loadHardware(preset));
          return fc
            .sample(fc.tuple(variation, problems(most)), { seed, numRuns: count * runsFactor })
            .map(([vary, problem]) => {
              const hardware = vary(preset);
              const [fast, best] = (["fast", "exhaustive"] as const).map((effort) =>
                valueOf(hardware, problem, energy, objective, effort),
              );
              return found(fast!, best!);
            });
        }),
      );
      console.log(
        `variations of presets, ${objective}: ${(100 * shareOf(all)).toFixed(1)} % of ${all.length} near the best, worst ${worstOf(all).toFixed(4)}`,
      );
      expect(leastOf(all), "exhaustive is never worse").toBeGreaterThanOrEqual(1 - 1e-12);
      expect(shareOf(all)).toBeGreaterThanOrEqual(0.95);
      expect(worstOf(all)).toBeLessThanOrEqual(1.25);
    },
    3_600_000,
  );
});
