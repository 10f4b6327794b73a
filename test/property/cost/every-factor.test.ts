import { describe, expect, it } from "vitest";
import { FACTOR_NAMES, factorCatalogue, factorsInUse, rowsInUse, type FactorName } from "../../../src/cost/index.ts";
import { evaluate, metricsOf, type Evaluation } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  specSetOf,
  parseSetting,
  type Hardware,
  type SpecSet,
} from "../../../src/spec/index.ts";
import type { BondingMethod, Package, PackageDie } from "../../../src/spec/package.ts";
import type { Nanometres } from "../../../src/units/quantity.ts";

const PROFILES = ["published", "calibrated"] as const;
type Profile = (typeof PROFILES)[number];

/** A chip that is sold, whose silicon is stated. */
const SOLD = { unitsMade: 2, package: "interposer", board: 1 } as const;

const plain = loadHardware("catransformers-22nm");
const withDies = (
  of: Omit<Package, "dies" | "volume" | "designIterations">,
  ...more: readonly PackageDie[]
): Hardware => ({
  ...plain,
  package: {
    ...of,
    volume: 1e5,
    designIterations: 90,
    dies: [
      { name: "compute", count: 1, holds: ["arrays", "vector", "localBuffers", "phy"] },
      { name: "memory", count: 1, holds: ["globalBuffer"] },
      ...more,
    ],
  },
});
const stacked = (method: BondingMethod): Omit<Package, "dies"> => ({
  kind: "3d",
  bonding: { method, step: "die-to-wafer", faces: "face-to-back" },
});
/** Chips whose parts every factor acts on: one die, one that is sold, dies on top of each other and side by side. */
const MACHINES: readonly Hardware[] = [
  plain,
  { ...plain, silicon: SOLD },
  withDies(stacked("hybrid-bond"), { name: "dram", count: 1, holds: ["dram"] }),
  withDies(stacked("monolithic")),
  withDies({
    kind: "2.5d",
    interposer: { type: "fan-out", node: 65 as Nanometres, order: "chip-last", layers: 6 },
  }),
];

function specsOf(profile: Profile, ...settings: readonly string[]): SpecSet {
  return specsOn(loadHardware("catransformers-22nm"), profile, ...settings);
}

function specsOn(hardware: Hardware, profile: Profile, ...settings: readonly string[]): SpecSet {
  const base = specSetOf({
    model: loadModel("vit-s16"),
    hardware,
    technology: { profile, factors: {} },
  });
  return applySettings(base, settings.map(parseSetting), FACTOR_NAMES);
}

function resultOf(specs: SpecSet): Evaluation {
  const result = evaluate({ ...specs, mapper: { objective: "carbon", effort: "fast" } });
  if (result.kind === "infeasible") throw new Error(result.detail);
  return result;
}

/** Everything that a result says of energy, area and carbon. */
function outputOf(specs: SpecSet): string {
  const { energy, area, embodied, operational, ...rest } = resultOf(specs);
  return JSON.stringify([energy, area, embodied, operational, metricsOf(resultOf(specs)), rest.cycles]);
}

/** A legal value that is not the default. */
function otherValue(name: FactorName, profile: Profile): number {
  if (name === "yieldModel") return 1;
  if (name === "edgeLoss") return 0;
  if (name === "gasAbatement") return 96;
  if (name === "dramChargedCapacity") return 0.5;
  const value = factorCatalogue().get(name)?.[profile]?.value ?? null;
  if (value === null) return 0.3;
  return value === 0 ? 0.2 : 0.8 * value;
}

describe.each(PROFILES)("profile %s", (profile) => {
  // The published estimator knows one die, and has no figures for others.
  const machines = MACHINES.filter((each) => profile === "calibrated" || each.package === undefined);
  const before = machines.map((hardware) => outputOf(specsOn(hardware, profile)));
  const used = FACTOR_NAMES.filter((name) => factorCatalogue().get(name)?.[profile] !== null);

  it.each(used)("--set technology.%s changes the result", (name) => {
    const setting = `technology.${name}=${otherValue(name, profile)}`;
    const after = machines.map((hardware) => outputOf(specsOn(hardware, profile, setting)));
    expect(after).not.toEqual(before);
    const acts = machines.map((each) =>
      factorsInUse(each, specsOf(profile).technology).some((factor) => factor.name === name),
    );
    // A factor is listed where it acts, and only there.
    const isOfType = factorCatalogue().get(name)?.[profile]?.value === null;
    if (!isOfType) expect(after.map((each, at) => each !== before[at])).toEqual(acts);
  });

  it("a factor of the other profile is refused", () => {
    for (const name of FACTOR_NAMES.filter((each) => !used.includes(each)))
      expect(() => outputOf(specsOf(profile, `technology.${name}=1`)), name).toThrow(/does not use this factor/);
  });

  it("every factor and every table row behind the result has value, range, unit, source and year", () => {
    const { hardware, technology } = specsOf(profile);
    for (const { value, low, high, unit, source, year } of factorsInUse(hardware, technology)) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      expect(unit.length * source.length).toBeGreaterThan(0);
      expect(year).toBeGreaterThan(1990);
    }
    const rows = rowsInUse(hardware, technology);
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) expect(row.source.length * row.unit.length * row.year, row.name).toBeGreaterThan(0);
  });

  it("the parts sum to the total, exactly", () => {
    const { energy, area, embodied, operational, carbon_total_kgCO2e: total } = resultOf(specsOf(profile));
    for (const each of [energy, area, embodied, operational]) {
      if (each.total === null) throw new Error(each.reason);
      expect(Object.values(each.parts).reduce((sum, part) => sum + part, 0)).toBe(each.total);
    }
    expect(total).toBe(embodied.total! + operational.total!);
  });

  it.each([
    ["deployment.gridIntensity=300 gCO2e/kWh"],
    ["deployment.region=taiwan"],
    ["deployment.lifetime=4 years"],
    ["deployment.rate=2/s"],
    ["deployment.hoursPerDay=7"],
    ["deployment.inferences=1000000"],
    ["deployment.batch=2"],
    ["dram.type=LPDDR4"],
    ["dram.capacity=512 MB"],
    ["dram.dies=2"],
    ["dram.width=16"],
  ])("--set %s changes the result", (setting) => {
    expect(outputOf(specsOf(profile, setting))).not.toBe(before);
  });
});
