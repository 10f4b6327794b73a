import { describe, expect, it } from "vitest";
import { areasOfDies, dieArea, embodiedCarbon, energyCoefficients, FACTOR_NAMES } from "../../../src/cost/index.ts";
import { evaluate, powerOf, type Evaluation } from "../../../src/evaluate/index.ts";
import { portsOf } from "../../../src/spec/die-links.ts";
import { applySettings, loadHardware, loadModel, PLAIN_TECHNOLOGY, type SpecSet } from "../../../src/spec/index.ts";
import { AS_STUDIES } from "../../../src/worker/index.ts";

const hardware = loadHardware("catransformers-22nm");
const model = loadModel("vit-s16");
type Set = Readonly<Record<string, unknown>>;

function specsWith(set: Set): SpecSet {
  const settings = Object.entries(set).map(([path, value]) => ({ path, value }));
  return applySettings({ hardware, model }, settings, FACTOR_NAMES);
}

function run(set: Set): Evaluation {
  const result = evaluate({ ...specsWith(set), mapper: AS_STUDIES });
  if (result.kind === "infeasible") throw new Error(result.detail);
  return result;
}

/** Bonds that never fail, and links without limit, delay and energy. */
const FREE = {
  "package.link.bandwidth": "unlimited",
  "package.link.latency": "0 s",
  "package.link.energy": "0 pJ/bit",
  "package.bonding.yield": "100 %",
};
const STACK = { "package.kind": "3d" };

describe("a chip on several dies", () => {
  it("of kind 2d it is the chip without a package, to the byte", () => {
    const strip = (result: Evaluation): string => JSON.stringify({ ...result, design: null });
    expect(strip(run({ ...STACK, "package.kind": "2d" }))).toBe(strip(run({})));
  });

  it("with links without limit and energy its time is that of one die, and its energy but for the wires", () => {
    const [one, many] = [run({}), run({ ...STACK, ...FREE })];
    expect(many.cycles).toBe(one.cycles);
    expect(many.energy.parts).toMatchObject({ link: 0 });
    for (const part of ["mac", "register", "dram"]) expect(many.energy.parts![part]).toBe(one.energy.parts![part]);
    // Wires are over the larger of two dies, not over both.
    expect(many.energy.parts!["global"]).toBeLessThan(one.energy.parts!["global"]!);
    const silicon = ({ embodied }: Evaluation): number =>
      ["dieEnergy", "dieGas", "dieMaterial"].reduce((sum, part) => sum + embodied.parts![part]!, 0);
    expect(silicon(many)).toBeLessThan(silicon(one));
    expect(many.embodied.parts!["bonding"]).toBeGreaterThan(0);
  });

  it("time never falls and energy never rises as links get wider and cheaper", () => {
    const at = (bandwidth: string, energy: string): Evaluation =>
      run({ ...STACK, "package.link.bandwidth": bandwidth, "package.link.energy": energy });
    const [narrow, wide] = [at("1 GB/s", "1 pJ/bit"), at("100 GB/s", "1 pJ/bit")];
    expect(narrow.cycles).toBeGreaterThan(wide.cycles);
    const cheap = at("100 GB/s", "0.1 pJ/bit");
    expect(cheap.energy.total!).toBeLessThan(wide.energy.total!);
    expect(cheap.energy.parts!["link"]! * 10).toBeCloseTo(wide.energy.parts!["link"]!, 12);
  });

  it("the port of a buffer on another die is no faster than its link, and later by it", () => {
    const of = (set: Set) => portsOf(specsWith({ ...STACK, ...set }).hardware);
    const link = of({ "package.link.bandwidth": "10 GB/s", "package.link.latency": "8 ns" });
    // 625 MHz: 16 B a cycle, 5 cycles.
    expect(link.global!.read).toMatchObject({ bytes: 16, cycles: 1 });
    expect(link.global!.latency).toBe(hardware.globalBuffer!.port.latency + 5);
    expect(link.local).toBe(specsWith({}).hardware.localBuffer!.port);
    // The memory's PHY is with the arrays, so that what it brings crosses to the buffer.
    expect(link.dram!.read).toMatchObject({ bytes: 16, cycles: 1 });
  });

  it("what links cost is what crosses times its energy, by hand", () => {
    const { energy, operators } = run({ ...STACK, "package.link.energy": "1 pJ/bit", multicast: false });
    const bytes = operators.reduce((sum, { gemm, count }) => {
      if (gemm?.kind !== "mapped") return sum;
      const add = ({ input, weight, output }: { input: number; weight: number; output: number }): number =>
        input + weight + output;
      const { dram, global } = gemm.counters;
      const far = add(dram.reads) + add(dram.writes);
      const near = add(global.reads) + add(global.writes) - far;
      return sum + count * (far + near);
    }, 0);
    expect(energy.parts!["link"]).toBeCloseTo(bytes * 8e-12, 12);
  });

  it("several compute dies: what all cores get goes to each of them", () => {
    const of = (count: number): Evaluation =>
      run({ ...STACK, cores: 4, "package.dies.1.count": count, "package.link.bandwidth": "unlimited" });
    expect(of(4).energy.parts!["link"]).toBeGreaterThan(of(2).energy.parts!["link"]!);
    const { hardware: four } = specsWith({ ...STACK, cores: 4, "package.dies.1.count": 4 });
    const area = dieArea(four, PLAIN_TECHNOLOGY);
    if (area.total === null) throw new Error(area.reason);
    const [compute, memory] = areasOfDies(four, area);
    expect(4 * compute! + memory!).toBeCloseTo(area.total, 9);
  });

  it("each part is made at the node of its die", () => {
    const set = { ...STACK, node: "7 nm", "package.dies.2.node": "22 nm" };
    const [mixed, seven, plain] = [run(set), run({ node: "7 nm" }), run({})];
    expect(mixed.area.parts!["mac"]).toBe(seven.area.parts!["mac"]);
    expect(mixed.area.parts!["globalBuffer"]).toBe(plain.area.parts!["globalBuffer"]);
    const of = (set: Set) => {
      const { hardware: chip, technology } = specsWith(set);
      const cost = energyCoefficients(chip, technology);
      if ("total" in cost) throw new Error(cost.reason);
      return cost;
    };
    expect(of(set).mac).toBe(of({ node: "7 nm" }).mac);
  });

  it("power density is over the footprint: the larger die of a stack", () => {
    const result = run(STACK);
    if (result.area.total === null) throw new Error("no area");
    const dies = areasOfDies(result.design.hardware, result.area);
    const power = powerOf(result)!;
    expect(power.density_W_per_mm2 * Math.max(...dies)).toBeCloseTo(power.runningDie_W, 9);
  });

  it("memory on top of logic needs no PHY, pays the link, and is lost with its bond", () => {
    const chip = {
      ...hardware,
      package: {
        ...specsWith(STACK).hardware.package!,
        dies: [
          { name: "logic", count: 1, holds: ["arrays", "vector", "localBuffers", "globalBuffer", "phy"] as const },
          { name: "memory", count: 1, holds: ["dram"] as const },
        ],
      },
    };
    const area = dieArea(chip, PLAIN_TECHNOLOGY);
    const plain = embodiedCarbon(dieArea(hardware, PLAIN_TECHNOLOGY), hardware, PLAIN_TECHNOLOGY);
    expect(area.parts).toMatchObject({ phy: 0 });
    const carbon = embodiedCarbon(area, chip, PLAIN_TECHNOLOGY);
    // A hybrid bond of die to wafer yields 0.95.
    expect(carbon.parts!["dram"]! * 0.95).toBeCloseTo(plain.parts!["dram"]!, 12);
    const cost = energyCoefficients(chip, PLAIN_TECHNOLOGY);
    const before = energyCoefficients(hardware, PLAIN_TECHNOLOGY);
    if ("total" in cost || "total" in before) throw new Error("no energies");
    expect(cost.dram.read).toBeCloseTo(0.64 * before.dram.read, 9);
    expect(cost.links!.dram.read).toBeCloseTo(0.05 * 8, 12);
  });

  it("the profiles of the tools price its dies, and leave time and energy alone", () => {
    const [own, eco, three] = [undefined, "eco-chip", "3d-carbon"].map((profile) =>
      run({
        ...{ ...STACK, node: "14 nm" },
        ...(profile === undefined ? {} : { "technology.profile": profile }),
      }),
    ) as [Evaluation, Evaluation, Evaluation];
    expect([eco.cycles, three.cycles]).toEqual([own.cycles, own.cycles]);
    expect(eco.energy.total).toBe(own.energy.total);
    expect(new Set([own, eco, three].map(({ embodied }) => embodied.total)).size).toBe(3);
    expect(three.embodied.parts!["dram"]).toBe(own.embodied.parts!["dram"]);
  });
});

describe("packages that a machine cannot have are refused", () => {
  it.each([
    [{ "package.dies.2.node": "14 nm" }, /this hardware has 0 kinds of dies/],
    [{ "package.bonding": "hybrid-bond" }, /has no package:/],
    [{ ...STACK, "package.dies.2.holds": ["vector", "globalBuffer"] }, /hold vector 2 times/],
    [{ ...STACK, "package.dies.1.holds": ["arrays", "localBuffers", "phy"] }, /hold vector nowhere/],
    [{ ...STACK, "package.dies.3.node": "14 nm" }, /has 2 kinds of dies/],
    [{ ...STACK, "package.designIterations": 9 }, /without package.volume/],
    [{ ...STACK, "package.dies.2.holds": ["globalBuffer", "dram"] }, /memory has a die of its own/],
    [{ ...STACK, "package.kind": "4d" }, /must be one of: 2d, 2.5d, 3d/],
  ])("%j", (set, message) => {
    expect(() => specsWith(set)).toThrow(message);
  });

  it("the published estimator knows one die", () => {
    const { area, energy } = run({ ...STACK, "technology.profile": "published" });
    expect(area.total).toBe(null);
    expect(energy).toMatchObject({ reason: expect.stringMatching(/knows one die/) as unknown });
  });
});
