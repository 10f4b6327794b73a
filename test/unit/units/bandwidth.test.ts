import { describe, expect, it } from "vitest";
import { formatRate, parseBandwidth, rateAtClock, toRate, UNLIMITED, type Rate } from "../../../src/units/index.ts";

function rateOf(text: string, clock = 625e6): Rate {
  const parsed = parseBandwidth(text);
  if (!parsed.ok) throw new Error(parsed.failure.reason);
  return toRate(parsed.value, clock);
}

describe("parseBandwidth", () => {
  it("keeps 10.24 B/cycle as 256 bytes in 25 cycles", () => {
    expect(rateOf("10.24 B/cycle")).toEqual({ bytes: 256, cycles: 25 });
    expect(rateOf("800/7 B/cycle")).toEqual({ bytes: 800, cycles: 7 });
  });

  it("turns 80 GB/s into 128 B/cycle at 625 MHz, and 800/7 at 700 MHz", () => {
    const rate = rateOf("80 GB/s");
    expect(rate).toEqual({ bytes: 128, cycles: 1, bytesPerSecond: 80e9 });
    expect(rateAtClock(rate, 700e6)).toEqual({ bytes: 800, cycles: 7, bytesPerSecond: 80e9 });
  });

  it("leaves bytes per cycle alone when the clock changes", () => {
    const rate = rateOf("2KiB/cycle");
    expect(rateAtClock(rate, 1e9)).toBe(rate);
    expect(rate).toEqual({ bytes: 2048, cycles: 1 });
  });

  it("knows unlimited", () => {
    expect(rateOf("unlimited")).toBe(UNLIMITED);
  });

  it.each([
    ["128", "missing-unit"],
    ["128 B", "wrong-unit"],
    ["fast", "not-a-number"],
    ["0 B/cycle", "out-of-range"],
    ["-1 B/cycle", "out-of-range"],
    ["1/0 B/cycle", "out-of-range"],
    ["1e300 B/cycle", "out-of-range"],
    ["0.1 B/s", "out-of-range"],
    ["5 B/tick", "wrong-unit"],
  ])("refuses %s: %s", (text, reason) => {
    const parsed = parseBandwidth(text);
    expect(parsed.ok ? "ok" : parsed.failure.reason).toBe(reason);
  });
});

describe("formatRate", () => {
  it.each([
    ["10.24 B/cycle", "10.24 B/cycle"],
    ["800/7 B/cycle", "800/7 B/cycle"],
    ["0.5KiB/cycle", "512 B/cycle"],
    ["80 GB/s", "80 GB/s"],
    ["unlimited", "unlimited"],
  ])("%s is shown as %s", (text, shown) => {
    expect(formatRate(rateOf(text))).toBe(shown);
  });
});
