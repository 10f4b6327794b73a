import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import {
  simulateGemms,
  type EnergyCoefficients,
  type GemmProblem,
  type MappingEffort,
  type MappingObjective,
} from "../../../src/sim/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { effort as runsFactor, seed } from "../../oracle/cases.ts";

/**
 * `fast` against `exhaustive` on random GEMMs with dimensions up to 32, where every integer tile size and order is tried.
 * PROBLEMS a preset by default, ECOTILE_PROPERTY_EFFORT times as many on request.
 */
const PROBLEMS = 6;
const SHARE_WITHIN_1_PERCENT = 0.8;
const WORST = 1.05;
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
  objective: MappingObjective,
  effort: MappingEffort,
): number {
  const [result] = simulateGemms(hardware, [problem], { objective, effort, energy });
  if (result?.kind !== "mapped") throw new Error("not mapped");
  const { cycles } = result.timing;
  const joules = gemmEnergy(result.counters, 0, energy).total;
  return objective === "latency" ? cycles : objective === "energy" ? joules : joules * cycles;
}

describe(`fast search against exhaustive search (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each(PRESETS)(
    "%s: within 5 % always, within 1 % mostly",
    (preset) => {
      const hardware = loadHardware(preset);
      const energy = energiesOf(hardware);
      for (const objective of objectives) {
        const ratios = fc
          .sample(problems, { seed, numRuns: PROBLEMS * runsFactor })
          .map(
            (problem) =>
              valueOf(hardware, problem, energy, objective, "fast") /
              valueOf(hardware, problem, energy, objective, "exhaustive"),
          );
        const share = ratios.filter((ratio) => ratio <= 1.01).length / ratios.length;
        const worst = Math.max(...ratios);
        const percent = (100 * share).toFixed(1);
        console.log(`${preset} ${objective}: ${percent} % of ${ratios.length} within 1 %, worst ${worst.toFixed(4)}`);
        expect(Math.min(...ratios), "exhaustive is never worse").toBeGreaterThanOrEqual(1 - 1e-12);
        expect(share).toBeGreaterThanOrEqual(SHARE_WITHIN_1_PERCENT);
        expect(worst).toBeLessThanOrEqual(WORST);
      }
    },
    3_600_000,
  );
});
