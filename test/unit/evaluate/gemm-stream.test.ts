import { describe, expect, it } from "vitest";
import { simulateStream, type StreamOptions } from "../../../src/evaluate/index.ts";
import { simulateGemms } from "../../../src/sim/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";

// One 16 × 16 array straight from a buffer of 256 KiB (128 B/cycle each way); DRAM of 16 B/cycle, shared, no latency.
const hardware = loadHardware("zigzag-16x16");
const options: StreamOptions = {
  technology: { profile: "calibrated", factors: {} },
  ...{ objective: "latency", effort: "fast", energy: null, prefetch: true },
};
const square = (side: number) => ({ batch: 1, m: side, n: side, k: side, sharedB: false });

describe("simulateStream", () => {
  it("without prefetch it is each product by itself", () => {
    const [run] = simulateStream(hardware, [square(128)], { ...options, prefetch: false });
    expect(run).toEqual({ result: simulateGemms(hardware, [square(128)])[0], prefetched: { input: 0, weight: 0 } });
  });

  it("a single step: weights (2 cycles) and a row of inputs come from the buffer, not from DRAM", () => {
    const gemm = { batch: 1, m: 1, n: 16, k: 16, sharedB: false };
    const [alone, stream] = [false, true].map(
      (prefetch) => simulateStream(hardware, [gemm], { ...options, prefetch })[0]!,
    );
    // DRAM has 16 × 16 + 16 + 16 = 288 B of it, 18 cycles, so that no stream of them is faster.
    expect(stream).toMatchObject({ prefetched: { weight: 256 }, result: { timing: { cycles: 18 } } });
    if (alone!.result.kind !== "mapped") throw new Error("not mapped");
    expect(alone!.result.timing.cycles).toBeGreaterThan(18 + 4);
  });

  it("where DRAM is at work all the time nothing is gained by it, and nothing is fetched", () => {
    const gemm = { batch: 1, m: 1, n: 4096, k: 4096, sharedB: false };
    const [run] = simulateStream(hardware, [gemm], options);
    expect(run?.prefetched.weight).toBe(0);
  });

  it("needs a global buffer that all operands share, and room for two of each", () => {
    const apart = {
      ...hardware.globalBuffer!,
      size: { input: 90_000 as never, weight: 90_000 as never, output: 90_000 as never },
    };
    const without = simulateStream({ ...hardware, globalBuffer: apart }, [square(128)], options)[0]!;
    expect(without.prefetched).toEqual({ input: 0, weight: 0 });
    // Weights of 128 × 128 take 16 KiB, twice: 40 KiB have room for them or for the inputs, and for some tiles.
    const small = { ...hardware.globalBuffer!, size: (40 * 1024) as never };
    const run = simulateStream({ ...hardware, globalBuffer: small }, [square(128)], options)[0]!;
    expect(run.prefetched.input + run.prefetched.weight).toBe(16_384);
  });

  it("a product that fits nowhere stays one, and others keep their places", () => {
    const tiny = { ...hardware, globalBuffer: { ...hardware.globalBuffer!, size: 2 as never } };
    const runs = simulateStream(tiny, [square(16), square(1)], options);
    expect(runs[0]!.result.kind).toBe("unmappable");
    const two = simulateStream(hardware, [square(128), square(64)], options);
    expect(two[1]).toEqual(simulateStream(hardware, [square(64)], options)[0]);
  });
});
