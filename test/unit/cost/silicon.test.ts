import { describe, expect, it } from "vitest";
import { dieArea, embodiedCarbon, modelledArea, reticleLimit } from "../../../src/cost/index.ts";
import { parseHardware, SpecError } from "../../../src/index.ts";
import { applySettings, loadHardware, loadModel, type Hardware } from "../../../src/spec/index.ts";
import { technology } from "../../fixtures/cost/hardware.ts";

const plain = technology("calibrated");
const h100 = loadHardware("h100");
const edge = loadHardware("catransformers-22nm");
const chip = (silicon: NonNullable<Hardware["silicon"]>): Hardware => ({ ...edge, silicon });
const set = (hardware: Hardware, path: string, value: unknown): Hardware =>
  applySettings({ hardware, model: loadModel("bert-tiny") }, [{ path, value }]).hardware;
const total = (of: { readonly total: number | null }): number => {
  expect(of.total).not.toBeNull();
  return of.total!;
};
const partsOf = (hardware: Hardware, tech = plain): Readonly<Record<string, number>> => {
  const carbon = embodiedCarbon(dieArea(hardware, tech), hardware, tech);
  if (carbon.total === null) throw new Error(carbon.reason);
  return carbon.parts;
};

describe("silicon that is stated", () => {
  it("is not modelled, and grows as the model does with what a setting changes", () => {
    expect(dieArea(h100, plain)).toMatchObject({ total: 814, parts: { die: 814 } });
    const half = set(h100, "cores", 66);
    const ratio = total(modelledArea(half, plain)) / total(modelledArea(h100, plain));
    expect(ratio).toBeLessThan(0.7);
    expect(total(dieArea(half, plain))).toBeCloseTo(814 * ratio, 9);
    // Back again, and of a setting that leaves the die alone.
    expect(total(dieArea(set(half, "cores", 132), plain))).toBeCloseTo(814, 9);
    expect(total(dieArea(set(h100, "clock", "1.5 GHz"), plain))).toBeCloseTo(814, 0);
  });

  it("several dies: each against the reticle, each with its own yield and node", () => {
    const two = chip({ dieArea: 800, dies: 2, otherDies: [{ name: "I/O", count: 4, area: 100, node: 28 }] });
    const area = dieArea(two, plain);
    expect(area).toMatchObject({ total: 2000, parts: { die: 1600, "I/O": 400 } });
    if (area.total === null) throw new Error("unknown");
    expect(reticleLimit(area, two)).toBeNull();
    const one = { dieArea: 800 };
    const other = { ...edge, node: 28, silicon: { dieArea: 100 } };
    for (const part of ["dieEnergy", "dieGas", "dieMaterial"])
      expect(partsOf(two)[part]).toBeCloseTo(2 * partsOf(chip(one))[part]! + 4 * partsOf(other)[part]!, 9);
  });

  it("broken cores are forgiven: a tenth of them brings a large die from a yield of a third to three quarters", () => {
    const die = (silicon: object): number => {
      const { dieEnergy, dieGas, dieMaterial } = partsOf({
        ...h100,
        dram: null,
        silicon: { dieArea: 814, ...silicon },
      });
      return dieEnergy! + dieGas! + dieMaterial!;
    };
    expect(die({}) / die({ unitsMade: 144 })).toBeCloseTo(2.49, 1);
    expect(die({ unitsMade: 132 })).toBe(die({}));
  });

  it("package by type and area, by hand", () => {
    const at = (type: "wire-bond" | "fcbga" | "interposer", dram: Hardware["dram"] = null) =>
      partsOf({ ...edge, dram, silicon: { dieArea: 100, package: type } });
    expect(at("wire-bond")["package"]).toBeCloseTo(2.2 * 1.25 * 0.642, 9); // 2.2 cm2 × 1.25 kWh/cm2 × 0.642 kg/kWh
    expect(at("fcbga")["package"]).toBeCloseTo(2.2 * 0.135 * 0.642, 9);
    expect(at("interposer")["interposer"]).toBeCloseTo(1.1 * 0.4, 9); // 1.1 cm2 × 0.4 kg/cm2
    // Five stacks of 110 mm2 beside the die of an H100: (8.14 + 5.5) · 1.1 cm2.
    const priced = technology("calibrated", { dramCarbonPerGB: 1 });
    expect(partsOf(h100, priced)["interposer"]).toBeCloseTo(13.64 * 1.1 * 0.4, 9);
    expect(partsOf(chip({}))["package"]).toBe(0.15);
  });

  it("fewer cores made than sold are refused where they stand", () => {
    const small = { name: "small", clock: "1 GHz", node: "22 nm", cores: 4, array: { rows: 8, cols: 8 } };
    const text = { ...small, silicon: { unitsMade: 3 } };
    expect(() => parseHardware(text)).toThrow(SpecError);
    expect(() => parseHardware(text)).toThrow(/silicon\.unitsMade is 3, fewer than the 4 cores/);
  });
});
