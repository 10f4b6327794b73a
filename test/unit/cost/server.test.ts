import { describe, expect, it } from "vitest";
import { evaluate, metricsOf } from "../../../src/evaluate/index.ts";
import { applySettings, gridLabel, loadHardware, loadModel, regions, type SpecSet } from "../../../src/spec/index.ts";

const design = (hardware: string, settings: Readonly<Record<string, unknown>>): SpecSet =>
  applySettings(
    { hardware: loadHardware(hardware), model: loadModel("bert-tiny") },
    Object.entries(settings).map(([path, value]) => ({ path: `deployment.${path}`, value })),
  );
const run = (hardware: string, settings: Readonly<Record<string, unknown>> = {}) => {
  const result = evaluate({ ...design(hardware, settings), mapper: { objective: "carbon", effort: "fast" } });
  if (result.kind !== "evaluated" || result.operational.total === null || result.embodied.total === null)
    throw new Error("no carbon");
  return { ...result, use: result.operational, made: result.embodied };
};

describe("a server", () => {
  it("is never off: idle power of the board, host and site, by hand", () => {
    const edge = run("h100");
    const { use } = run("h100", { class: "server", pue: 1.2, "host.power": "800 W", "host.devices": 8 });
    const lifeHours = 3 * 365 * 24;
    const kilograms = (watts: number): number => (watts * lifeHours * 224) / 1e6;
    expect(use.parts["idleInUse"]! + use.parts["offHours"]!).toBeCloseTo(kilograms(70), 6); // as stated of an H100
    expect(use.parts["host"]).toBeCloseTo(kilograms(100), 6);
    expect(use.parts["inference"]).toBeCloseTo(edge.use.parts["inference"]!, 9);
    const machines = kilograms(170) + edge.use.parts["inference"]!;
    expect(use.parts["site"]).toBeCloseTo(0.2 * machines, 6);
    expect(use.total).toBeCloseTo(1.2 * machines, 6);
  });

  it("a share of the device: of what is embodied and idle, not of the work itself (SCI: M = TE · TS · RS)", () => {
    const whole = run("h100", { class: "server", "host.carbon": "1000 kgCO2e", "host.devices": 8 });
    const quarter = run("h100", { class: "server", "host.carbon": "1000 kgCO2e", "host.devices": 8, share: "25 %" });
    expect(whole.made.parts["host"]).toBe(125);
    expect(quarter.made.total).toBeCloseTo(whole.made.total / 4, 9);
    expect(quarter.use.parts["idleInUse"]).toBeCloseTo(whole.use.parts["idleInUse"]! / 4, 9);
    expect(quarter.use.parts["inference"]).toBe(whole.use.parts["inference"]);
  });

  it("an edge device is what it was", () => {
    const plain = metricsOf(run("catransformers-22nm"));
    expect(metricsOf(run("catransformers-22nm", { class: "edge", pue: 1, share: "100 %" }))).toEqual(plain);
  });
});

describe("grids", () => {
  it("say whether they are of the place or of contracts, average or marginal", () => {
    for (const { basis, kind } of regions().values()) expect([basis, kind]).toEqual(["location", "average"]);
    expect(gridLabel(design("h100", {}).deployment)).toBe("location, average");
    const given = { gridIntensity: "20 gCO2e/kWh", gridBasis: "market", gridKind: "average" };
    expect(gridLabel(design("h100", given).deployment)).toBe("market, average");
    expect(() => design("h100", { gridBasis: "market" })).toThrow(/is known of a region/);
  });
});
