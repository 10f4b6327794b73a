import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { evaluate } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  specSetOf,
  parseSetting,
  soldGigabytes,
  type SpecSet,
} from "../../../src/spec/index.ts";

const BASE = specSetOf({
  model: loadModel("clip-vit-b16"),
  hardware: loadHardware("catransformers-22nm"),
});
const set = (...texts: readonly string[]): SpecSet => applySettings(BASE, texts.map(parseSetting), []);

function refused(...texts: readonly string[]): string {
  try {
    set(...texts);
  } catch (error) {
    if (error instanceof SpecError) return `${error.problems[0]?.code}: ${error.problems[0]?.message}`;
  }
  throw new Error("it was accepted");
}

describe("DRAM as a design variable", () => {
  it("bandwidth follows from type, capacity, dies and width, and from the clock", () => {
    const bought = set("dram.type=LPDDR4", "dram.capacity=512 MB", "dram.dies=1").hardware;
    expect(bought.dram?.port.read).toMatchObject({ bytes: 512, cycles: 25 }); // 12.8 GB/s at 625 MHz
    expect(bought.dram?.port.shared).toBe(true);
    const narrow = set(
      "dram.dies=1",
      "dram.width=16",
      "dram.type=LPDDR4",
      "dram.capacity=256 MB",
      "clock=500 MHz",
    ).hardware;
    expect(narrow.dram?.port.read).toMatchObject({ bytes: 64, cycles: 5 }); // 6.4 GB/s at 500 MHz
  });

  it("what is not sold is refused, with what is", () => {
    expect(refused("dram.type=LPDDR4", "dram.capacity=512 MB", "dram.dies=3")).toBe(
      "spec/not-sold: dram.dies is 3, but LPDDR4 of 0.5 GB is sold as 1, 2 dies.",
    );
    expect(refused("dram.type=LPDDR4", "dram.capacity=128 MB", "dram.dies=1")).toMatch(
      /dram.capacity is 0.125 GB, which LPDDR4 is not sold in; nearest: 0.25, 0.5/,
    );
    expect(refused("dram.dies=1", "dram.width=64")).toBe(
      "spec/not-sold: dram.width is 64, but 1 × LPDDR3 has 16, 32 data bits.",
    );
    expect(refused("dram.dies=2", "dram.bandwidth=1 GB/s")).toMatch(/follows from dram.dies/);
    expect(set("dram.width=64").hardware.dram?.dies).toBe(2); // the fewest dies that have 64 bits
    expect(refused("dram.width=48")).toMatch(/dram.width is 48/);
  });

  it("a bandwidth that no dies of the capacity give is refused, unless it is marked idealised", () => {
    expect(refused("dram.idealised=false")).toBe(
      "spec/not-sold: dram.bandwidth is 80 GB/s, but LPDDR3 of 1 GB gives at most 25.6 GB/s; dram.idealised: true takes it all the same.",
    );
    expect(set("dram.idealised=false", "dram.bandwidth=25 GB/s").hardware.dram?.idealised).toBe(false);
    expect(BASE.hardware.dram?.idealised).toBe(true);
  });

  it("none: weights and activations must fit the global buffer, which keeps leaking for them", () => {
    const specs = set("dram.type=none");
    expect(specs.hardware.dram).toBeNull();
    const result = evaluate({ ...specs, mapper: { objective: "carbon", effort: "fast" } });
    expect(result).toMatchObject({ kind: "infeasible", constraint: "globalBuffer.size" });
    expect(refused("dram.type=none", "dram.capacity=1 GB")).toMatch(/no dram/);
    const small = { ...set("dram.type=none", "globalBuffer.size=8 MiB"), model: loadModel("bert-tiny") };
    const fits = evaluate({ ...small, mapper: { objective: "carbon", effort: "fast" } });
    if (fits.kind === "infeasible" || fits.operational.total === null) throw new Error("bert-tiny fits 8 MiB");
    expect(fits.embodied.total === null ? null : fits.embodied.parts["dram"]).toBe(0);
    expect(fits.energy.total === null ? null : fits.energy.parts["dram"]).toBe(0);
    expect(fits.operational.parts["offHours"]).toBeGreaterThan(0);
    const withDram = evaluate({ ...small, hardware: BASE.hardware, mapper: { objective: "carbon", effort: "fast" } });
    expect(withDram.kind).toBe("evaluated");
  });

  it("1 GB and 1 GiB name the same part; below, labels are powers of two", () => {
    expect([1e9, 2 ** 30, 2 ** 28, 500e6, 512e6, 256e6, 128e6].map(soldGigabytes)).toEqual([
      1, 1, 0.25, 0.5, 0.5, 0.25, 0.125,
    ]);
  });
});
