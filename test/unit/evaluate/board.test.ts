import { describe, expect, it } from "vitest";
import { boardEnergyOf, boardPowerOf, clockShare, evaluate } from "../../../src/evaluate/index.ts";
import { defaultDeployment, loadHardware, loadModel, type Hardware } from "../../../src/spec/index.ts";

const h100 = loadHardware("h100");

function run(hardware: Hardware) {
  const result = evaluate({
    ...{ model: loadModel("bert-base"), hardware, deployment: { ...defaultDeployment(), batch: 64 } },
    technology: { profile: "calibrated", factors: {} },
    mapper: { objective: "latency", effort: "fast" },
  });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result;
}

const limited = (watts: number): Hardware => ({ ...h100, silicon: { ...h100.silicon, powerLimit: watts } });

describe("clock under a power limit", () => {
  // 1 ms at 1.74 GHz: 140 W idle, 105 W of 10^9 bytes, 92.4 W of cores and 110 W of 10^11 MACs.
  const work = { bytes: 1e9, macs: 1e11 };
  const cycles = 1.74e6;

  it("none where the power fits", () => {
    expect(clockShare(work, cycles, limited(448))).toBe(1);
  });

  it.each([400, 300, 200])("%d W: the mean power is the limit", (watts) => {
    const share = clockShare(work, cycles, limited(watts));
    expect(140 + 105 * share + (92.4 + 110) * share ** 2.5).toBeCloseTo(watts, 6);
  });

  it("an operator takes longer by it, and the board no more than its limit", () => {
    const free = run(limited(1e4));
    const kept = run(limited(300));
    expect(kept.latency_s).toBeGreaterThan(1.05 * free.latency_s);
    expect(boardPowerOf(free)!.mean_W!).toBeGreaterThan(300);
    expect(boardPowerOf(kept)!.mean_W!).toBeLessThanOrEqual(300 + 1e-6);
    expect(kept.operators.some(({ clockShare: share = 1 }) => share < 0.9)).toBe(true);
  });
});

describe("energy of the board", () => {
  it("is idle power, busy cores, bytes and MACs, counted by hand", () => {
    const result = run(limited(1e4));
    const bytes = result.operators.reduce(
      (sum, { count, traffic: { dram } }) => sum + count * (dram.read + dram.written),
      0,
    );
    const seconds = result.latency_s;
    const hand = (140 + 132 * 0.7) * seconds + 105e-12 * bytes + 1.1e-12 * result.macsExecuted;
    expect((boardEnergyOf(result) as number) / hand).toBeCloseTo(1, 6);
  });

  it("is typical power where no coefficients are stated, and unknown where that is not either", () => {
    const bare = { ...h100, boardPower: null };
    expect(boardEnergyOf(run(bare))).toMatchObject({ total: null });
    const stated = { ...bare, silicon: { ...h100.silicon, typicalPower: 400 } };
    const result = run(stated);
    expect(boardEnergyOf(result)).toBeCloseTo(400 * result.latency_s, 9);
    expect(boardEnergyOf(run({ ...bare, silicon: {} }))).toMatchObject({ total: null });
  });
});
