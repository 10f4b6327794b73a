import { describe, expect, it } from "vitest";
import { energyCoefficients, gemmEnergy, vectorCoefficients } from "../../../src/cost/index.ts";
import { simulateGemms } from "../../../src/sim/index.ts";
import { parseHardware } from "../../../src/spec/index.ts";

// Energies that a hardware file states per direction, against counts of the same run.

const technology = { profile: "calibrated", factors: {} } as const;
const machine = (energy: object) =>
  parseHardware({
    ...{ name: "own", clock: "1 GHz", node: "22 nm", array: { rows: 8, cols: 8 }, globalBuffer: { size: "8 KiB" } },
    dram: { type: "idealised", capacity: "unlimited", bandwidth: "8 B/cycle" },
    energy: { mac: "1 pJ", ...energy },
  });

function coefficientsOf(energy: object) {
  const coefficients = energyCoefficients(machine(energy), technology);
  if ("total" in coefficients) throw new Error(coefficients.reason);
  return coefficients;
}

describe("energies of a hardware file", () => {
  it("one number is that of reads and of writes", () => {
    expect(coefficientsOf({ dram: "5 pJ/B" })).toEqual(coefficientsOf({ dram: { read: "5 pJ/B", write: "5 pJ/B" } }));
  });

  it("reads and writes are charged apart", () => {
    const energy = coefficientsOf({
      dram: { read: "5 pJ/B", write: "70 pJ/B" },
      globalBuffer: { read: "3 pJ/B", write: "2 pJ/B" },
    });
    const [result] = simulateGemms(machine({}), [{ batch: 1, m: 40, n: 50, k: 60, sharedB: false }]);
    if (result?.kind !== "mapped") throw new Error("no mapping");
    const { counters, timing } = result;
    const sum = ({ input, weight, output }: { input: number; weight: number; output: number }) =>
      input + weight + output;
    const expected =
      counters.macs +
      sum(counters.dram.reads) * 5 +
      sum(counters.dram.writes) * 70 +
      sum(counters.global.reads) * 3 +
      sum(counters.global.writes) * 2;
    expect(sum(counters.dram.writes)).toBeGreaterThan(0);
    expect(gemmEnergy(counters, timing.cycles, energy).total! * 1e12).toBeCloseTo(expected, 3);
  });

  it("work of the lanes, whose bytes are counted both ways together, costs the mean", () => {
    const cost = vectorCoefficients(machine({ dram: { read: "5 pJ/B", write: "70 pJ/B" } }), technology);
    expect(cost).toMatchObject({ dram: 37.5, global: 0 });
  });
});

describe("sizes in bits", () => {
  it.each([
    ["943718 bit", 117_964],
    ["1024 bits", 128],
    ["8bit", 1],
  ])("%s: the whole bytes in it", (size, bytes) => {
    const { globalBuffer } = parseHardware({
      ...{ name: "bits", clock: "1 GHz", node: "22 nm", array: { rows: 8, cols: 8 }, globalBuffer: { size } },
    });
    expect(globalBuffer?.size).toBe(bytes);
  });

  it("less than a byte is refused", () => {
    const wrong = {
      name: "bits",
      clock: "1 GHz",
      node: "22 nm",
      array: { rows: 8, cols: 8 },
      globalBuffer: { size: "7 bit" },
    };
    expect(() => parseHardware(wrong)).toThrow(/globalBuffer.size is 0 B, but must be a size of whole B/);
  });
});
