import { describe, expect, it } from "vitest";
import { pricePackage, type PricedPackage } from "../../../src/cost/index.ts";
import { documentOf, type Technology } from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { packageCaseSchema } from "../../../src/spec/package-case.ts";

/** Silicon by its area alone: no defects, no line losses, no edge of the wafer. */
const YIELD_FREE = { yieldModel: 0, fabYield: 1, edgeLoss: 0 };

function priced(of: unknown, factors: Technology["factors"] = {}, profile = "calibrated"): PricedPackage {
  const read = check(packageCaseSchema, documentOf({ profile, package: of }, "case"));
  const result = pricePackage(read, { profile: "calibrated", factors });
  if ("reason" in result) throw new Error(result.reason);
  return result;
}

const silicon = ({ dies }: PricedPackage): number => dies.reduce((sum, { carbon }) => sum + carbon, 0);
const cut = (count: number, area: number, node: string): unknown => [
  { name: "part", count, area: `${area / count} mm2`, node },
];
const WAYS = [
  { kind: "2.5d", interposer: "organic" },
  { kind: "2.5d", interposer: "fan-out" },
  { kind: "2.5d", interposer: { type: "fan-out", order: "chip-first" } },
  { kind: "2.5d", interposer: "bridge" },
  { kind: "2.5d", interposer: "silicon" },
  { kind: "2.5d", interposer: "active" },
  { kind: "3d", bonding: "micro-bump" },
  { kind: "3d", bonding: "hybrid-bond" },
  { kind: "3d", bonding: { method: "micro-bump", step: "wafer-to-wafer" } },
  { kind: "3d", bonding: { method: "hybrid-bond", step: "wafer-to-wafer" } },
  { kind: "3d", bonding: "monolithic" },
] as const;
const AREAS = [1, 20, 150, 800];

describe("laws of dies in one product, over ways of joining, areas and nodes", () => {
  it("splitting a die of fixed area never lowers carbon that is free of yields", () => {
    for (const way of WAYS)
      for (const area of AREAS)
        for (const node of ["28 nm", "7 nm", "3 nm"]) {
          const one = priced({ kind: "2d", dies: cut(1, area, node) }, YIELD_FREE);
          for (const count of [2, 3, 8]) {
            const many = priced({ ...way, dies: cut(count, area, node) }, YIELD_FREE);
            expect(silicon(many)).toBeGreaterThanOrEqual(silicon(one) * (1 - 1e-12));
            expect(many.embodied).toBeGreaterThanOrEqual(one.embodied * (1 - 1e-12));
          }
        }
  });

  it("with bonds that never fail, silicon free of yields is that of one die", () => {
    for (const way of WAYS) {
      const joined =
        way.kind === "3d"
          ? {
              bonding: { ...(typeof way.bonding === "string" ? { method: way.bonding } : way.bonding), yield: "100 %" },
            }
          : {
              interposer: {
                ...(typeof way.interposer === "string" ? { type: way.interposer } : way.interposer),
                yield: "100 %",
              },
            };
      // Layers over dies lose them by their own yield, which is no bond's.
      if (way.kind === "2.5d" && typeof way.interposer === "object") continue;
      for (const area of AREAS) {
        const one = priced({ kind: "2d", dies: cut(1, area, "7 nm") }, YIELD_FREE);
        const many = priced({ ...way, ...joined, dies: cut(4, area, "7 nm") }, YIELD_FREE);
        expect(silicon(many)).toBeCloseTo(silicon(one), 9);
      }
    }
  });

  it("better bonds never cost more, and every die more costs a bond more", () => {
    for (const way of WAYS.filter(({ kind }) => kind === "3d")) {
      const at = (bondYield: number, count: number): number =>
        priced({ ...way, dies: cut(count, 100, "7 nm") }, { bondYield, ...YIELD_FREE }).embodied;
      for (const count of [2, 4, 8]) {
        expect(at(0.9, count)).toBeGreaterThan(at(0.95, count));
        expect(at(0.95, count)).toBeGreaterThan(at(1, count));
        expect(at(0.9, count + 1)).toBeGreaterThan(at(0.9, count));
      }
    }
  });

  it("dies that are tested before they are joined never cost more than wafers that are joined, at equal bonds", () => {
    for (const method of ["micro-bump", "hybrid-bond"])
      for (const area of AREAS)
        for (const count of [2, 3, 8]) {
          const of = (step: string): number =>
            priced({
              ...{ kind: "3d", bonding: { method, step, yield: "97 %" } },
              dies: cut(count, area, "5 nm"),
            }).embodied;
          expect(of("die-to-wafer")).toBeLessThanOrEqual(of("wafer-to-wafer"));
          expect(of("die-to-die")).toBe(of("die-to-wafer"));
        }
  });

  it.each(["calibrated", "eco-chip"])(
    "%s: more volume never raises design, nor does a die used elsewhere too",
    (profile) => {
      const at = (volume: number, made?: number): number =>
        priced(
          {
            ...{ kind: "2.5d", interposer: "silicon", volume },
            dies: [
              { name: "a", area: "50 mm2", node: "7 nm", ...(made === undefined ? {} : { volume: made }) },
              { name: "b", area: "80 mm2", node: "14 nm" },
            ],
          },
          {},
          profile,
        ).design!;
      const volumes = [1, 10, 1e3, 1e5, 1e8];
      volumes.slice(1).forEach((volume, i) => expect(at(volume)).toBeLessThan(at(volumes[i]!)));
      expect(at(1e5, 1e5)).toBeCloseTo(at(1e5), 12);
      expect(at(1e5, 1e6)).toBeLessThan(at(1e5));
    },
  );

  it("design: a thousand iterations of one die by hand", () => {
    const of = { kind: "2d", dies: [{ name: "a", area: "10 mm2", node: "7 nm" }], volume: 1e6, designIterations: 1000 };
    const factors = { designEnergy: 100, fabIntensity: 500 };
    // Density of 7 nm by the table of nodes; 10^9 transistors take 100 kWh a run.
    const kilowattHours = priced(of, factors).design! / 0.5;
    expect(kilowattHours).toBeCloseTo((1000 * 100 * 10 * DENSITY_7NM) / 1000 / 1e6, 9);
  });

  it("every kind of die without defects costs its area times the carbon per area, by hand", () => {
    const { dies, bonding, interposer } = priced(
      { kind: "3d", bonding: { method: "hybrid-bond", yield: "50 %" }, dies: cut(3, 300, "7 nm") },
      { ...YIELD_FREE, fabIntensity: 500, bondEnergy: 0.2, viaEnergy: 0.1, gasAbatement: 99 },
    );
    // Two bonds: a quarter is left. 3 dies of 1 cm2 at 2.15 kWh, 200 g of gas, 500 g of material.
    expect(dies[0]!.carbon).toBeCloseTo((3 * (500 * 2.15 + 200 + 500)) / 0.25 / 1000, 9);
    // Two bonds of 1 cm2, two dies with vias.
    expect(bonding).toBeCloseTo((2 * (0.2 + 0.1) * 500) / 0.25 / 1000, 9);
    expect(interposer).toBe(0);
  });
});

/** 10^6 transistors a mm2, table node. */
const DENSITY_7NM = 82.86;
