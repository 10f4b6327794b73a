import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import {
  simulateGemms,
  type EnergyCoefficients,
  type GemmProblem,
  type MappingEffort,
} from "../../../src/sim/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { effort as runsFactor, seed } from "../../oracle/cases.ts";

/**
 * `fast` against `exhaustive` on random GEMMs with dimensions up to 32, where every integer tile size and order is tried.
 * PROBLEMS a preset by default, ECOTILE_PROPERTY_EFFORT times as many on request. Measured on 978 problems (latency, share
 * within 1 % and worst ratio; EDP likewise; energy 100 %, 1.0001):
 *
 *   catransformers-22nm 92.1 %, 1.130    nvdla-2048 94.5 %, 1.032    zigzag-16x16 92.5 %, 1.038
 *   edge-tpu            99.0 %, 1.025    tpu-v1      100 %, 1.001    all          95.7 %
 *
 * That was before batches of small elements were searched more, which helps the first and the third most. Wanted are 99 % and
 * 1.05: what is missing are single cycles of fills and drains on problems of some dozens of cycles, and,
 * on flexible arrays, extents that the bounds put behind others.
 */
const PROBLEMS = 25;
const SHARE_WITHIN_1_PERCENT = { latency: 0.85, energy: 0.97, edp: 0.85 };
const WORST = { latency: 1.15, energy: 1.01, edp: 1.15 };
const PRESETS = ["catransformers-22nm", "zigzag-16x16", "tpu-v1", "edge-tpu", "nvdla-2048"];
const objectives = ["latency", "energy", "edp"] as const;

const extent = fc.integer({ min: 1, max: 32 });
const problems: fc.Arbitrary<GemmProblem> = fc.record({
  batch: fc.constantFrom(1, 1, 2, 3, 8),
  m: extent,
  n: extent,
  k: extent,
  // A shared operand would fold the batch into m, beyond 32.
  sharedB: fc.constant(false),
});

/** Energies of the chip, or, where its node has no table, those of `catransformers-22nm`: any do to compare two searches. */
function energiesOf(hardware: Hardware): EnergyCoefficients {
  for (const chip of [hardware, loadHardware("catransformers-22nm")]) {
    const energies = energyCoefficients(chip, { profile: "calibrated", factors: {} });
    if (!("total" in energies)) return energies;
  }
  throw new Error("no energies");
}

function valueOf(
  hardware: Hardware,
  problem: GemmProblem,
  energy: EnergyCoefficients,
  objective: (typeof objectives)[number],
  effort: MappingEffort,
): number {
  const [result] = simulateGemms(hardware, [problem], { objective, effort, energy });
  if (result?.kind !== "mapped") throw new Error("not mapped");
  const { cycles } = result.timing;
  const joules = gemmEnergy(result.counters, 0, energy).total;
  return objective === "latency" ? cycles : objective === "energy" ? joules : joules * cycles;
}

describe(`fast search against exhaustive search (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each(objectives)(
    "%s",
    (objective) => {
      const all: number[] = [];
      const within = (ratios: readonly number[]): number =>
        ratios.filter((ratio) => ratio <= 1.01).length / ratios.length;
      for (const preset of PRESETS) {
        const hardware = loadHardware(preset);
        const energy = energiesOf(hardware);
        const value = (problem: GemmProblem, effort: MappingEffort): number =>
          valueOf(hardware, problem, energy, objective, effort);
        const ratios = fc
          .sample(problems, { seed, numRuns: PROBLEMS * runsFactor })
          .map((problem) => value(problem, "fast") / value(problem, "exhaustive"));
        const percent = (100 * within(ratios)).toFixed(1);
        const worst = Math.max(...ratios).toFixed(4);
        console.log(`${preset} ${objective}: ${percent} % of ${ratios.length} within 1 %, worst ${worst}`);
        all.push(...ratios);
      }
      expect(Math.min(...all), "exhaustive is never worse").toBeGreaterThanOrEqual(1 - 1e-12);
      expect(within(all)).toBeGreaterThanOrEqual(SHARE_WITHIN_1_PERCENT[objective]);
      expect(Math.max(...all)).toBeLessThanOrEqual(WORST[objective]);
    },
    3_600_000,
  );
});
