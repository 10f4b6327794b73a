import { describe, expect, it } from "vitest";
import { energyCoefficients } from "../../../src/cost/index.ts";
import { simulateGemms } from "../../../src/sim/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { readPeerTable } from "../../fixtures/peers/peers.ts";

/**
 * Preset `timeloop-16x16` against the best mappings that Timeloop 3.0.3 found: its cycles leave out the first fill of every level and the
 * last drain, so ours are compared without them. Where all of a problem is the first outer tile, whatever DRAM takes is first fill: so
 * they are compared with both as well.
 */
const table = readPeerTable("timeloop_gemm.csv");
const hardware = loadHardware("timeloop-16x16");
// Of equally fast mappings the one with less energy, as Timeloop searched (delay first, energy second).
const energy = energyCoefficients(hardware, { profile: "calibrated", factors: {} });
if ("total" in energy) throw new Error(energy.reason);

describe("Timeloop, 16 × 16 with a register file in each PE", () => {
  it("the fixture is the one described", () => {
    expect(table.rows.length).toBe(16);
    expect(table.sha256).toBe("50fb6cea84da2c4d4fab3d8b209bc7c4c39be2f8e4b09fd66be2d3ffb7311f95");
  });

  it("no slower than the peer without first fill and last drain", () => {
    let most = 0;
    const slower: { gemm: string; own: number; peer: number }[] = [];
    for (const row of table.rows) {
      const problem = { batch: 1, m: row.number("m"), n: row.number("n"), k: row.number("k"), sharedB: false };
      const [result] = simulateGemms(hardware, [problem], { energy });
      if (result?.kind !== "mapped") throw new Error(`${row.text("gemm")} is not mapped`);
      const { cycles, firstFillCycles, lastDrainCycles } = result.timing;
      const own = cycles - firstFillCycles - lastDrainCycles;
      most = Math.max(most, cycles / row.number("cycles"));
      if (own > row.number("cycles")) slower.push({ gemm: row.text("gemm"), own, peer: row.number("cycles") });
    }
    console.log(
      `Timeloop: no slower on ${table.rows.length - slower.length} of ${table.rows.length} rows, with fill and drain at most ${most.toFixed(4)}`,
    );
    expect(slower).toEqual([]);
    expect(most).toBeLessThan(1.01);
  });
});
