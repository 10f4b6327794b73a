import { describe, expect, it, test } from "vitest";
import { parse, stringify } from "yaml";
import { dieArea, energyCoefficients, FACTOR_NAMES, rowsInUse } from "../../../src/cost/index.ts";
import {
  applySettings,
  approximateMultiplier,
  exactMultiplier,
  loadHardware,
  loadModel,
  multipliers,
  presetText,
  specSetOf,
  type SourceDocument,
  type SpecSet,
} from "../../../src/spec/index.ts";
import { readYaml } from "../../../src/spec/read-yaml.ts";
import { readSearchStudy } from "../../../src/study/index.ts";

// Circuits that multiply with errors: what they make of a MAC, by hand from the published figures.

const base = specSetOf({ model: loadModel("bert-tiny"), hardware: loadHardware("catransformers-22nm") });
const specsWith = (settings: Readonly<Record<string, string | number>>, from: SpecSet = base): SpecSet =>
  applySettings(
    from,
    Object.entries(settings).map(([path, value]) => ({ path, value })),
    FACTOR_NAMES,
  );
const macAreaOf = ({ hardware, technology }: SpecSet): number => {
  const area = dieArea(hardware, technology);
  return area.total === null ? NaN : area.parts["mac"]!;
};
const macEnergyOf = ({ hardware, technology }: SpecSet): number => {
  const energy = energyCoefficients(hardware, technology);
  return "total" in energy ? NaN : energy.mac;
};

describe("a multiply-accumulate with a circuit that errs", () => {
  // Headers of the library: mul8s_1L2H has 558.9 um2 and 0.301 mW where the exact mul8s_1KV8 has 729.8 and 0.425; mul8u_17KS 239.3 and 0.104
  // where mul8u_1JFF has 709.6 and 0.391. Shares of the multiplier: Horowitz, 282 of 419 um2, 0.2 of 0.3 pJ, as the table rounds them.
  it.each([
    ["mul8s_1L2H", 558.9 / 729.8, 0.301 / 0.425],
    ["mul8u_17KS", 239.3 / 709.6, 0.104 / 0.391],
  ])("%s shrinks the multiplier's share alone", (multiplier, area, power) => {
    const specs = specsWith({ "precision.multiplier": multiplier });
    expect(macAreaOf(specs) / macAreaOf(base)).toBeCloseTo(0.673 * area + 0.327, 9);
    // What a PE takes beside its MAC stays: the difference is that of two MACs, 0.667 of one at the node.
    const saved = (of: number): number =>
      macEnergyOf(base) - macEnergyOf(specsWith({ "precision.multiplier": "mul8s_1KR3" })) * of;
    expect(macEnergyOf(base) - macEnergyOf(specs)).toBeCloseTo((saved(1) * (1 - power)) / (1 - 0.052 / 0.425), 9);
  });

  test.each([...multipliers().keys()])("%s: smaller and of less energy than the exact one, or it", (multiplier) => {
    const specs = specsWith({ "precision.multiplier": multiplier });
    const isExact = approximateMultiplier(specs.hardware.precision) === null;
    expect(macAreaOf(specs) === macAreaOf(base)).toBe(isExact);
    expect(macAreaOf(specs)).toBeLessThanOrEqual(macAreaOf(base));
    expect(macEnergyOf(specs)).toBeLessThanOrEqual(macEnergyOf(base));
    const rows = rowsInUse(specs.hardware, specs.technology).filter(({ table }) => table.includes("multipliers"));
    expect(rows.length).toBe(isExact ? 0 : 4);
  });

  it("an exact circuit of each signedness stands in the table", () => {
    for (const circuit of multipliers().values()) {
      const exact = exactMultiplier(circuit);
      expect([exact.signed, exact.errorRate, exact.meanError]).toEqual([circuit.signed, 0, 0]);
    }
  });
});

describe("where a circuit cannot be", () => {
  it.each<[string, Readonly<Record<string, string | number>>, RegExp]>([
    ["other widths", { "precision.multiplier": "mul8s_1L2H", "precision.weight": 4 }, /but precision is 8 × 4/],
    ["floats", { "precision.multiplier": "mul8s_1L2H", "precision.format": "fp8" }, /but precision.format is fp8/],
    ["unknown circuits", { "precision.multiplier": "mul8s_1L2" }, /Did you mean|must be one of/],
  ])("%s", (_, settings, message) => {
    expect(() => specsWith(settings)).toThrow(message);
  });

  it("machines that say what a MAC costs, and faster formats", () => {
    const on = (name: string): SpecSet => specSetOf({ model: loadModel("bert-tiny"), hardware: loadHardware(name) });
    expect(() => specsWith({ "precision.multiplier": "mul8s_1L2H" }, on("zigzag-16x16"))).toThrow(/energy\.mac/);
    const faster = specsWith({}, base);
    const formats = [{ input: 4, weight: 4, format: "int" as const, rate: 2 }];
    expect(() =>
      specsWith({ "precision.multiplier": "mul8s_1L2H" }, { ...faster, hardware: { ...faster.hardware, formats } }),
    ).toThrow(/faster formats/);
  });

  it("back to exact is the chip as it was", () => {
    const there = specsWith({ "precision.multiplier": "mul8s_1L2H" });
    expect(specsWith({ "precision.multiplier": "exact" }, there).hardware).toEqual(base.hardware);
    expect(specsWith({ "precision.format": "integer" }, there).hardware).toEqual(there.hardware);
  });
});

describe("accuracy of circuits that err", () => {
  const study = (more: object): SourceDocument =>
    readYaml(
      stringify({
        ...{ name: "s", model: "bert-tiny", hardware: "catransformers-22nm", objectives: ["max accuracy", "min area"] },
        ...{ space: { "array.rows": [8, 16] }, ...more },
      }),
      "study.yaml",
    );
  const axis = { space: { "precision.multiplier": ["exact", "mul8s_1L2H"] } };
  const chip = {
    ...parse(presetText("hardware", "catransformers-22nm")),
    precision: { input: 8, weight: 8, accumulator: 32, output: 8, multiplier: "mul8s_1L2H" },
  };

  it.each<[string, object, RegExp]>([
    ["an axis", axis, /space\.precision\.multiplier may change how accurate/],
    ["a chip", { hardware: chip }, /multiply with mul8s_1L2H, which errs/],
  ])("%s is refused where accuracy is asked, and taken where it is ignored or nothing asks", (_, more, message) => {
    expect(() => readSearchStudy(study(more), {})).toThrow(message);
    const ignoring = { ...more, accuracy: { ignore: ["precision.multiplier"] } };
    expect(() => readSearchStudy(study(ignoring), {})).not.toThrow();
    const plain = { ...more, objectives: ["min carbon", "min area"] };
    expect(() => readSearchStudy(study(plain), {})).not.toThrow();
  });
});
