import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dieArea,
  embodiedCarbon,
  energyCoefficients,
  factorCatalogue,
  FACTOR_NAMES,
  gemmEnergy,
  operationalCarbon,
  staticPower,
  vectorEnergy,
  type Breakdown,
  type FactorName,
  type Unknown,
} from "../../../src/cost/index.ts";
import { breakdown } from "../../../src/metrics/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import type { Technology } from "../../../src/spec/technology.ts";
import {
  counters,
  deployment,
  hardwareAt,
  operationalOf,
  softmax,
  technology,
  YEAR_S,
} from "../../fixtures/cost/hardware.ts";

const PROFILES = ["published", "calibrated"] as const;

const hardware = fc
  .record({
    cores: fc.constantFrom(1, 2, 4),
    rows: fc.constantFrom(32, 64, 128, 256),
    cols: fc.constantFrom(2, 4, 8, 16, 32, 64),
    localKib: fc.constantFrom(64, 128, 256, 512, 1024),
    localBandwidth: fc.constantFrom(32, 64, 128),
    globalMib: fc.constantFrom(2, 4, 8),
  })
  .map((point) => hardwareAt(point));
const profile = fc.constantFrom(...PROFILES).map((name) => technology(name));

function known<T extends object>(value: T | Unknown): T {
  if ("total" in value && value.total === null) throw new Error(value.reason);
  return value as T;
}

function expectSums(value: Breakdown | Unknown): void {
  const { total, parts } = known(value);
  let sum = 0;
  for (const part of Object.values(parts)) {
    expect(part).toBeGreaterThanOrEqual(0);
    sum += part;
  }
  expect(sum).toBe(total);
}

/** Everything that the room says about one design. */
function everything(design: Hardware, tech: Technology): readonly unknown[] {
  const area = dieArea(design, tech);
  const cost = known(energyCoefficients(design, tech));
  const power = known(staticPower(design, tech));
  const energy = gemmEnergy(counters(), 1000, cost);
  return [
    area,
    energy,
    vectorEnergy(softmax(1000), design, tech),
    embodiedCarbon(area, design, tech),
    operationalCarbon({
      energyPerInference: energy.total,
      latency: 0.01,
      staticPower: power,
      deployment: deployment(),
      technology: tech,
    }),
  ];
}

describe("laws of the cost model", () => {
  it("the parts sum to the total, exactly", () => {
    fc.assert(
      fc.property(hardware, profile, (design, tech) => {
        const area = dieArea(design, tech);
        expectSums(area);
        expectSums(embodiedCarbon(area, design, tech));
        expectSums(gemmEnergy(counters(), 1000, known(energyCoefficients(design, tech))));
        expectSums(vectorEnergy(softmax(640), design, tech));
      }),
    );
  });

  it("embodied carbon rises with area, under every yield model and edge rule", () => {
    const rules = fc.record({ yieldModel: fc.constantFrom(0, 1, 2, 3), edgeLoss: fc.constantFrom(0, 1) });
    fc.assert(
      fc.property(fc.double({ min: 1, max: 800, noNaN: true }), rules, (area, factors) => {
        const tech = technology("calibrated", factors);
        const of = (mm2: number): number => known(embodiedCarbon(breakdown({ all: mm2 }), hardwareAt(), tech)).total;
        expect(of(area * 1.01)).toBeGreaterThan(of(area));
      }),
    );
  });

  it("operational carbon rises with grid intensity, life and hours, and always on is never less", () => {
    const power = {
      dieActive: 0.1,
      dieIdle: 0.01,
      dieOff: 0,
      dramActive: 0.09,
      dramStandby: 0.06,
      dramSelfRefresh: 0.006,
    };
    fc.assert(
      fc.property(
        profile,
        fc.record({
          grid: fc.double({ min: 1, max: 1000, noNaN: true }),
          years: fc.double({ min: 0.5, max: 10, noNaN: true }),
          hours: fc.double({ min: 1, max: 20, noNaN: true }),
        }),
        (tech, { grid, years, hours }) => {
          const of = (g: number, y: number, h: number) =>
            operationalOf({
              energyPerInference: 0.02,
              latency: 0.01,
              staticPower: power,
              technology: tech,
              deployment: deployment({ gridIntensity: g, lifetime: y * YEAR_S, hoursPerDay: h }),
            });
          const base = of(grid, years, hours);
          expect(of(grid * 1.1, years, hours).total).toBeGreaterThan(base.total);
          expect(of(grid, years * 1.1, hours).total).toBeGreaterThan(base.total);
          expect(of(grid, years, hours * 1.1).total).toBeGreaterThan(base.total);
          expect(base.alwaysOnTotal).toBeGreaterThanOrEqual(base.total);
        },
      ),
    );
  });

  it("area and local-buffer energy never fall with size or bandwidth (calibrated)", () => {
    const tech = technology("calibrated");
    const size = fc.integer({ min: 1, max: 4096 });
    const width = fc.integer({ min: 1, max: 1024 });
    fc.assert(
      fc.property(size, width, fc.integer({ min: 1, max: 512 }), (localKib, localBandwidth, more) => {
        const area = (kib: number, bandwidth: number): number =>
          known(dieArea(hardwareAt({ localKib: kib, localBandwidth: bandwidth }), tech)).total;
        const base = area(localKib, localBandwidth) * (1 - 1e-12);
        expect(area(localKib, localBandwidth + more)).toBeGreaterThanOrEqual(base);
        expect(area(localKib + more, localBandwidth)).toBeGreaterThanOrEqual(base);
      }),
    );
  });

  const CHANGED: Partial<Record<FactorName, number>> = {
    yieldModel: 1,
    edgeLoss: 0,
    gasAbatement: 96,
    fabYield: 0.8,
    dramYield: 0.8,
    dramChargedCapacity: 0.5,
    dramEnergyPerBit: 3,
    dramCarbonPerGB: 0.01,
    fabEnergyPerArea: 2,
    materialPerArea: 300,
    defectDensity: 0.4,
  };
  const cases = PROFILES.flatMap((name) =>
    FACTOR_NAMES.filter((factor) => factorCatalogue().get(factor)?.[name] !== null).map(
      (factor) => [name, factor] as const,
    ),
  );

  /** Factors of what a chip states. */
  const SILICON = { unitsMade: 3, package: "interposer", board: 1 } as const;
  const STATED: ReadonlySet<FactorName> = new Set([
    ...(["coreShare", "wholeShare", "packageAreaRatio", "packageEnergyPerArea", "interposerCarbon"] as const),
    "boardLevel",
  ]);

  /** Factors of dies on top of each other or side by side: test/property/cost/every-factor.test.ts. */
  const OF_DIES: ReadonlySet<FactorName> = new Set([
    ...(["bondYield", "bondEnergy", "viaEnergy", "placementYield", "fanOutEnergy", "designEnergy"] as const),
    ...(["linkEnergy", "stackedDramShare"] as const),
  ]);

  it.each(cases.filter(([, factor]) => !OF_DIES.has(factor)))("%s: changing %s changes a result", (name, factor) => {
    const plain = technology(name);
    const nominal = factorCatalogue().get(factor)?.[name]?.value ?? 0;
    const value = CHANGED[factor] ?? (nominal === 0 ? 0.1 : nominal * 0.9);
    const design = hardwareAt({}, STATED.has(factor) ? { silicon: SILICON } : {});
    const before = everything(design, plain);
    const after = everything(design, technology(name, { [factor]: value }));
    expect(after).not.toEqual(before);
  });
});
