import { describe, expect, it } from "vitest";
import { collectiveBytes, collectiveSeconds, messageSeconds } from "../../../src/service/index.ts";
import type { Link } from "../../../src/spec/link.ts";

const link: Link = {
  ...{ bandwidth: 100e9, efficiency: 0.5, latency: 2e-6, perDevice: 1e-6, twoShot: 10e-6, energy: 8 },
  ...{ topology: "switch", devices: 8, carbon: 0 },
};
const KINDS = ["all-reduce", "all-gather", "reduce-scatter", "all-to-all"] as const;

describe("collectives", () => {
  it("are counted by hand: one shot for little, two for much", () => {
    // 4 devices, 50 GB/s: 2 + 2 us, 3 · 50 kB / 50 GB/s = 3 us
    expect(collectiveSeconds("all-reduce", 4, 50_000, link)).toBeCloseTo(7e-6, 12);
    // 4 + 10 us, 1.5 · 50 MB / 50 GB/s = 1.5 ms
    expect(collectiveSeconds("all-reduce", 4, 50e6, link)).toBeCloseTo(1.514e-3, 12);
    expect(collectiveSeconds("all-gather", 4, 50e6, link)).toBeCloseTo(0.754e-3, 12);
    expect(messageSeconds(50e6, link)).toBeCloseTo(1.002e-3, 12);
    expect(collectiveBytes("all-reduce", 4, 1000)).toBe(6000);
  });

  it("a ring passes parts on from neighbour to neighbour", () => {
    const ring: Link = { ...link, topology: "ring" };
    expect(collectiveSeconds("all-reduce", 4, 4e6, ring)).toBeCloseTo(6 * (2e-6 + 20e-6), 12);
    expect(collectiveSeconds("all-gather", 4, 4e6, ring)).toBeCloseTo(3 * 22e-6, 12);
    expect(collectiveSeconds("all-to-all", 4, 4e6, ring)).toBeCloseTo(3 * 2e-6 + 80e-6, 12);
  });

  it("of full links two devices have one of seven, all eight have all", () => {
    const full: Link = { ...link, topology: "full", latency: 0, perDevice: 0, twoShot: 0 };
    const plain: Link = { ...full, topology: "switch" };
    const time = (of: Link, devices: number): number => collectiveSeconds("all-to-all", devices, 1e6, of);
    expect(time(full, 2)).toBeCloseTo(7 * time(plain, 2), 12);
    expect(time(full, 8)).toBeCloseTo(time(plain, 8), 15);
    expect(messageSeconds(1e6, full)).toBeCloseTo(7 * messageSeconds(1e6, plain), 12);
  });

  it.each(KINDS)("%s: one device takes no time; more bytes, less bandwidth never take less", (kind) => {
    for (const topology of ["ring", "full", "switch"] as const) {
      const own: Link = { ...link, topology };
      expect(collectiveSeconds(kind, 1, 1e9, own)).toBe(0);
      let before = 0;
      for (let bytes = 64; bytes < 1e9; bytes *= 3) {
        const time = collectiveSeconds(kind, 8, bytes, own);
        expect(time).toBeGreaterThanOrEqual(before);
        expect(collectiveSeconds(kind, 8, bytes, { ...own, bandwidth: 50e9 })).toBeGreaterThanOrEqual(time);
        before = time;
      }
    }
  });
});
