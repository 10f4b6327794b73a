import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  simulateGemms,
  type EnergyCoefficients,
  type GemmProblem,
  type MappedGemm,
  type MappingEffort,
  type MappingObjective,
} from "../../../src/sim/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import { bruteForce, latencyFigure, totalEnergy } from "../../oracle/brute-force.ts";
import { effort, seed } from "../../oracle/cases.ts";
import { registerTraffic } from "../../oracle/register-traffic.ts";
import { walk } from "../../oracle/slow-walker.ts";
import { LEVEL_KINDS, tinyCase } from "../../oracle/tiny-cases.ts";

/**
 * `exhaustive` against a brute force that shares no code with the core: every legal mapping of a tiny GEMM (test/oracle/
 * every-mapping.ts) walked by the slow walker, energy from its counts with random coefficients. Problems that have more than
 * MOST_MAPPINGS mappings to look at are left out. PROBLEMS a kind of chip by default, ECOTILE_PROPERTY_EFFORT times as many
 * on request.
 */
const PROBLEMS = 16;
const MOST_MAPPINGS = 20_000;
const objectives = ["latency", "energy", "edp"] as const;

function search(
  hardware: Hardware,
  problem: GemmProblem,
  energy: EnergyCoefficients,
  objective: MappingObjective,
  effort: MappingEffort = "exhaustive",
): MappedGemm | null {
  const [result] = simulateGemms(hardware, [problem], { objective, effort, energy });
  return result?.kind === "mapped" ? result : null;
}

/** What a mapping costs by the objective, by the oracles. */
function figureOf(
  hardware: Hardware,
  problem: GemmProblem,
  { mapping }: MappedGemm,
  energy: EnergyCoefficients,
  objective: (typeof objectives)[number],
): number {
  const walked = walk(hardware, problem, mapping);
  const picojoules = totalEnergy(problem, walked, registerTraffic(hardware, problem, mapping), energy);
  const latency = latencyFigure(hardware, problem, walked.cycles, picojoules, energy);
  return { latency, energy: picojoules, edp: picojoules * walked.cycles }[objective];
}

describe(`exhaustive search against brute force (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each(LEVEL_KINDS)(
    "%s: equal latency, energy and EDP",
    (levels) => {
      const seen = { problems: 0, unmappable: 0, left_out: 0, walked: 0 };
      const check = fc.property(tinyCase(levels, 4), ({ hardware, problem, energy }) => {
        const brute = bruteForce(hardware, problem, energy, MOST_MAPPINGS);
        if (brute === null) seen.left_out += 1;
        fc.pre(brute !== null);
        seen.problems += 1;
        seen.walked += brute.walked;
        if (brute.best === null) seen.unmappable += 1;
        for (const objective of objectives) {
          const found = search(hardware, problem, energy, objective);
          expect(found === null, "unmappable").toBe(brute.best === null);
          if (found === null || brute.best === null) continue;
          const walked = walk(hardware, problem, found.mapping);
          expect(found.timing.cycles).toBe(walked.cycles);
          const registers = registerTraffic(hardware, problem, found.mapping);
          expect(found.counters.register).toEqual(registers);
          const value = figureOf(hardware, problem, found, energy, objective);
          const best = brute.best[objective];
          const isEqual = Math.abs(value - best.value) <= 1e-9 * best.value;
          expect(isEqual, `${objective} ${value}, at best ${best.value} by ${JSON.stringify(best.mapping)}`).toBe(true);
          // On several cores the bound of energy is no strict one; near-ties in time are told apart by energy.
          if (hardware.cores > 1 && objective !== "latency") continue;
          const slack = hardware.cores > 1 ? 1e-4 : 1e-9;
          for (const effort of ["fast", "thorough"] as const) {
            const other = search(hardware, problem, energy, objective, effort)!;
            const least = figureOf(hardware, problem, other, energy, objective) * (1 - other.gap);
            expect(least, `${effort}, ${objective}: gap ${other.gap}`).toBeLessThanOrEqual(best.value * (1 + slack));
          }
        }
      });
      fc.assert(check, { seed, numRuns: PROBLEMS * effort, maxSkipsPerRun: 10 });
      console.log(`${levels}:`, seen);
      expect(seen.unmappable).toBeLessThan(seen.problems / 2);
    },
    600_000,
  );
});
