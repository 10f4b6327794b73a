import { describe, expect, it } from "vitest";
import { operatorLatency } from "../../../src/evaluate/index.ts";
import { kernelTime } from "../../../src/evaluate/gemm-kernel.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { readFixture } from "./rows.ts";
import { gemm } from "../measured/rows.ts";

const rows = readFixture("gemm_bf16.csv");

describe("bf16 GEMM kernels over 20 us, of pairs (n, k) that no constant was fitted to", () => {
  it.each(["a100", "h100"])("%s: within 10 % in the mean", (card) => {
    const hardware = loadHardware(card);
    const errors = rows
      .filter((row) => row["card"] === card)
      .map((row) => {
        const seconds = operatorLatency(gemm(Number(row["m"]), Number(row["n"]), Number(row["k"])), hardware)!;
        return seconds / (Number(row["measured_us"]) * 1e-6) - 1;
      });
    const mean = errors.reduce((sum, each) => sum + Math.abs(each), 0) / errors.length;
    const bias = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    console.info(
      `${card}: ${errors.length} kernels, mean error ${(100 * mean).toFixed(1)} %, bias ${(100 * bias).toFixed(1)} %`,
    );
    expect(errors.length).toBeGreaterThan(130);
    expect(mean).toBeLessThanOrEqual(0.1);
    expect(Math.abs(bias)).toBeLessThanOrEqual(0.05);
  });

  it("the constants are physical: a floor of some 3 us, a clock within its range, DRAM below its data sheet", () => {
    for (const [card, boost, peak] of [
      ["a100", 1.41e9, 2039e9],
      ["h100", 1.83e9, 3350e9],
    ] as const) {
      const { runtime, clock, dram } = loadHardware(card);
      expect(runtime!.stacks.graph!.gemm).toBe(3e-6);
      expect(clock / boost).toBeGreaterThan(0.9);
      expect(clock / boost).toBeLessThan(0.97);
      const { read } = dram!.port;
      expect((read.bytes / read.cycles) * clock).toBeLessThan(0.9 * peak);
    }
  });
});

it("one tile of 128 x 128 on a core that is fed 24 B a cycle, counted by hand", () => {
  const hardware = loadHardware("a100");
  // 108 tiles of 128 x 128: one wave. k 4,096 in cycles of 16,384 MACs over 1,024, or 512 B over 24: the feed decides, 21.3 a step of k.
  const time = kernelTime({ batch: 108, m: 128, n: 128, k: 4096, sharedB: false }, hardware)!;
  expect(time.arrays).toBeCloseTo((4096 * 512) / 24, 6);
  const bytes = 108 * 2 * 128 * 4096 * 2;
  const operands = (bytes * 1.34e9) / 1794e9;
  const results = (108 * 128 * 128 * 2 * 1.34e9) / 1427e9;
  expect(time.cycles).toBeCloseTo(Math.cbrt(time.arrays ** 3 + operands ** 3) + results, 3);
});
