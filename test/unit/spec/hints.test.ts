import { describe, expect, it } from "vitest";
import { nameHint, unitHint } from "../../../src/spec/hints.ts";
import { readConstraint, readObjective } from "../../../src/spec/metrics.ts";
import { listSetPaths } from "../../../src/spec/set-paths.ts";
import { formatRate, parseBandwidth, parseQuantity, UNIT_TABLES, type QuantityKind } from "../../../src/units/index.ts";

const KINDS = Object.keys(UNIT_TABLES) as QuantityKind[];

function hintOf(text: string, kind: QuantityKind | "bandwidth"): string | null {
  const parsed = kind === "bandwidth" ? parseBandwidth(text) : parseQuantity(text, kind);
  if (parsed.ok) throw new Error(`${text} is ${kind}`);
  return unitHint(parsed.failure);
}
const quoted = (hint: string | null): readonly string[] =>
  [...(hint ?? "").matchAll(/"([^"]*)"/g)].map(([, text]) => text!);

describe("advice for units", () => {
  // What each means is said here in the unit that values are kept in, independently of the table of spellings.
  it.each<readonly [string, QuantityKind, readonly number[]]>([
    ["64K", "size", [65536]],
    ["64 KB", "size", [65536, 64e3]],
    ["64 k", "size", [65536, 64e3]],
    ["2M", "size", [2 ** 21]],
    ["2 mib", "size", [2 ** 21]],
    ["1 gB", "size", [1e9]],
    ["8 Gb", "size", [8e9, 1e9]],
    ["8 Gbit", "size", [1e9, 2 ** 30]],
    ["512 bit", "size", [64]],
    ["16 bytes", "size", [16]],
    ["5y", "time", [5 * 365 * 86400]],
    ["1 yr", "time", [365 * 86400]],
    ["2 w", "time", [14 * 86400]],
    ["3d", "time", [3 * 86400]],
    ["8 hours", "time", [8 * 3600]],
    ["30 Minutes", "time", [1800]],
    ["5 sec", "time", [5]],
    ["50 msec", "time", [0.05]],
    ["50 MS", "time", [0.05]],
    ["5 m", "time", []],
    ["625M", "frequency", [625e6]],
    ["1 ghz", "frequency", [1e9]],
    ["32 mm", "area", [32]],
    ["500 µm2", "area", [5e-4]],
    ["7 Å", "length", [0.7]],
    ["2 TFLOPS", "throughput", [2]],
    ["500 GMACs/s", "throughput", [1]],
    ["3 qps", "rate", [3]],
    ["36/hr", "rate", [0.01]],
    ["400 kg/MWh", "intensity", [400]],
    ["0.4 t/MWh", "intensity", [400]],
    ["0.4 kgCO2/kWh", "intensity", [400]],
    ["400 gco2e/kwh", "intensity", [400]],
    ["3 kg", "mass", [3]],
    ["80 g", "mass", [0.08]],
    ["2 kwh", "energy", [7.2e6]],
    ["2 MWh", "energy", [7.2e9]],
    ["5 mj", "energy", [5e-3, 5e6]],
    ["4 pJ/b", "energy-per-byte", [32, 4]],
    ["20 fJ/bit", "energy-per-byte", [0.16]],
    ["10 clk", "cycles", [10]],
    ["50 percent", "fraction", [0.5]],
    ["3 mJs", "energy-delay", [3e-3]],
    ["3 kg*s", "carbon-delay", [3]],
  ])("%s, %s", (text, kind, expected) => {
    const values = quoted(hintOf(text, kind)).map((amount) => {
      const parsed = parseQuantity(amount, kind);
      return parsed.ok ? parsed.value : amount;
    });
    expect(values.map((value) => (typeof value === "number" ? Number(value.toPrecision(12)) : value))).toEqual(
      expected,
    );
  });

  it.each<readonly [string, readonly string[]]>([
    ["128bit/cycle", ["16 B/cycle"]],
    ["128 bits / clk", ["16 B/cycle"]],
    ["128 b/cycle", ["128 B/cycle", "16 B/cycle"]],
    ["64 B/clock", ["64 B/cycle"]],
    ["80 GB/sec", ["80 GB/s"]],
    ["80 GBps", ["80 GB/s"]],
    ["80 Gbps", ["10 GB/s"]],
    ["80 Gb/s", ["10 GB/s"]],
    ["80 Gbit/second", ["10 GB/s"]],
    ["64 K/s", ["64 KiB/s"]],
    ["80 gb/s", ["80 GB/s", "10 GB/s"]],
    ["80 PB/s", []],
    ["64 words/cycle", []],
  ])("%s", (text, expected) => {
    const values = quoted(hintOf(text, "bandwidth")).map((amount) => parseBandwidth(amount));
    expect(values.every(({ ok }) => ok)).toBe(true);
    const rate = (amount: string) => {
      const parsed = parseBandwidth(amount);
      if (!parsed.ok) throw new Error(amount);
      return parsed.value.per === "cycle" ? formatRate(parsed.value.rate) : parsed.value.bytesPerSecond;
    };
    expect(quoted(hintOf(text, "bandwidth")).map(rate)).toEqual(expected.map(rate));
  });

  it("a unit in other letters or with a slip is answered with that unit, or not at all", () => {
    const slips = (unit: string): readonly string[] => [
      unit.toLowerCase(),
      unit.toUpperCase(),
      ...(unit.length < 4
        ? []
        : Array.from({ length: unit.length - 1 }, (_, i) => i + 1).flatMap((at) => [
            unit.slice(0, at) + unit.slice(at + 1),
            `${unit.slice(0, at)}x${unit.slice(at)}`,
            `${unit.slice(0, at)}x${unit.slice(at + 1)}`,
            unit.slice(0, at) + (unit[at + 1] ?? "") + unit[at] + unit.slice(at + 2),
          ])),
    ];
    let told = 0;
    for (const kind of KINDS) {
      for (const [unit, factor] of UNIT_TABLES[kind].units) {
        for (const slip of unit === "" ? [] : slips(unit)) {
          const parsed = parseQuantity(`3 ${slip}`, kind);
          if (parsed.ok) continue;
          const amounts = quoted(unitHint(parsed.failure));
          const factors = amounts.map((amount) => {
            const read = parseQuantity(/\d/.test(amount.slice(0, 1)) ? amount : `3 ${amount}`, kind);
            return read.ok ? read.value : amount;
          });
          const right = 3 * (Number(factor.numerator) / Number(factor.denominator));
          const isRight = factors.some((value) => typeof value === "number" && Math.abs(value / right - 1) < 1e-9);
          expect(amounts.length === 0 || isRight, `${slip} for ${unit} of ${kind}: ${amounts.join(", ")}`).toBe(true);
          told += amounts.length === 0 ? 0 : 1;
        }
      }
    }
    expect(told).toBeGreaterThan(100);
  });
});

describe("advice for names", () => {
  const paths = listSetPaths().map(({ path }) => path);
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ["sram", ["name", "localBuffer", "globalBuffer", "dram"], ["globalBuffer", "localBuffer"]],
    ["SRAM", ["localBuffer", "dram"], ["localBuffer"]],
    ["sram", paths, ["globalBuffer.size", "localBuffer.size"]],
    ["sram.bandwidth", paths, ["globalBuffer.bandwidth", "localBuffer.bandwidth"]],
    ["dram.bw", paths, ["dram.bandwidth"]],
    ["array.height", paths, ["array.rows"]],
    ["model.text.num_layers", paths, ["model.text.layers"]],
    ["rwos", ["rows", "cols"], ["rows"]],
    ["constructor", ["rows"], []],
  ])("%s", (word, allowed, expected) => {
    expect(quoted(nameHint(word, allowed))).toEqual(expected);
  });

  it("metrics are told by the name that studies use", () => {
    const hint = (text: string) => readObjective(`min ${text}`).problem?.hint;
    expect(hint("latencyms")).toBe('Did you mean "latency"?');
    expect(hint("latency_ms")).toBe('Did you mean "latency"?');
    expect(hint("carbon_total_kg")).toBe('Did you mean "carbon"?');
    expect(hint("co2")).toBe('Did you mean "carbon"?');
    expect(readConstraint("tops >= 3 TOPS").problem?.hint).toBe('Did you mean "peak"?');
    expect(hint("nonsense")).toBe(null);
  });
});
