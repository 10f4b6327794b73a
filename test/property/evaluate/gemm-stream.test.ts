import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import { simulateStream, type StreamOptions, type StreamProblem } from "../../../src/evaluate/index.ts";
import type { EnergyCoefficients, MappedGemm, MappingObjective, PerOperand } from "../../../src/sim/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { effort, hardware as randomChip, seed } from "../../oracle/cases.ts";

const technology = { profile: "calibrated", factors: {} } as const;
const CHIPS = ["zigzag-16x16", "timeloop-16x16", "catransformers-22nm", "tpu-v1", "a100"].map((name) =>
  loadHardware(name),
);
const size = fc.integer({ min: 1, max: 200 });
const problem: fc.Arbitrary<StreamProblem> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  ...{ m: size, n: size, k: size },
  sharedB: fc.boolean(),
});
const total = ({ input, weight, output }: PerOperand) => input + weight + output;

function energiesOf(hardware: Hardware): EnergyCoefficients {
  const coefficients = energyCoefficients(hardware, technology);
  if ("total" in coefficients) throw new Error(coefficients.reason);
  return coefficients;
}

/** What a mapping is chosen for, from cycles and energy as printed. */
function objectiveOf(
  { counters, timing }: MappedGemm,
  objective: MappingObjective,
  energies: EnergyCoefficients,
): number {
  // Energy counts power above idle, as long as the product takes.
  const joules = gemmEnergy(counters, timing.cycles, energies).total;
  if (objective === "latency") return timing.cycles;
  return objective === "edp" ? joules * timing.cycles : joules;
}

function streamed(hardware: Hardware, gemm: StreamProblem, options: Omit<StreamOptions, "technology" | "effort">) {
  const [run] = simulateStream(hardware, [gemm], { technology, effort: "fast", ...options });
  return run!;
}

describe(`products in a stream (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each(["latency", "energy", "edp", "carbon"] as const)("fetching ahead never worsens %s", (objective) => {
    let ahead = 0;
    const law = fc.property(fc.constantFrom(...CHIPS), problem, (hardware, gemm) => {
      const energy = energiesOf(hardware);
      const [alone, stream] = [false, true].map((prefetch) =>
        streamed(hardware, gemm, { objective, energy, prefetch }),
      );
      if (alone?.result.kind !== "mapped" || stream?.result.kind !== "mapped") throw new Error("not mapped");
      const [before, after] = [alone, stream].map(({ result }) => objectiveOf(result as MappedGemm, objective, energy));
      expect(after).toBeLessThanOrEqual(before! * (1 + 1e-12));
      if (total({ ...stream.prefetched, output: 0 }) > 0) ahead += 1;
      else expect(stream.result).toEqual(alone.result);
    });
    fc.assert(law, { seed, numRuns: 60 * effort });
    if (objective === "latency") expect(ahead).toBeGreaterThan(20);
  });

  it("what comes ahead is counted once, and is neither faster than the arrays nor than DRAM, in half of the room", () => {
    let ahead = 0;
    const law = fc.property(randomChip, problem, (hardware, gemm) => {
      const { result, prefetched } = streamed(hardware, gemm, { objective: "latency", energy: null, prefetch: true });
      const { input, weight } = prefetched;
      if (input + weight === 0 || result.kind !== "mapped") return;
      ahead += 1;
      const { timing, counters } = result;
      const { dram, globalBuffer, precision } = hardware;
      const bytes = (each: number, elements: number, bits: number) => each * Math.ceil((elements * bits) / 8);
      const { batch, m, n, k } = gemm;
      if (input > 0) {
        expect(input).toBe(bytes(batch, m * k, precision.input));
        expect(counters.dram.reads.input).toBe(input);
        expect(counters.global.writes.input).toBe(input);
      }
      if (weight > 0) {
        expect(weight).toBe(bytes(gemm.sharedB ? 1 : batch, n * k, precision.weight));
        expect(counters.dram.reads.weight).toBe(weight);
        expect(counters.global.writes.weight).toBe(weight);
      }
      expect(2 * (input + weight)).toBeLessThanOrEqual(globalBuffer!.size as number);
      const { read, write, shared } = dram!.port;
      const reads = (total(counters.dram.reads) * read.cycles) / read.bytes;
      const writes = (counters.dram.writes.output * (shared ? read : write).cycles) / (shared ? read : write).bytes;
      expect(timing.cycles).toBeGreaterThanOrEqual(shared ? reads + writes : Math.max(reads, writes));
      const { compute, dram: compulsory, local } = timing.roofline;
      expect(timing.cycles).toBeGreaterThanOrEqual(Math.max(compute, compulsory, local));
      const stalls = timing.stallCycles.dram + timing.stallCycles.global + timing.stallCycles.local;
      expect(timing.computeCycles + stalls).toBe(timing.cycles);
      expect(timing.firstFillCycles + timing.lastDrainCycles).toBeLessThanOrEqual(timing.cycles);
      const pes = hardware.cores * hardware.arraysPerCore * hardware.array.rows * hardware.array.cols;
      expect(timing.utilisation).toBeCloseTo(counters.macs / (timing.cycles * pes), 12);
    });
    fc.assert(law, { seed, numRuns: 100 * effort });
    expect(ahead).toBeGreaterThan(10);
  });
});
