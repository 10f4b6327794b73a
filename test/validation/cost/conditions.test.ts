import { describe, expect, it } from "vitest";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import { applySettings, loadHardware, loadModel, specSetOf, type Deployment } from "../../../src/spec/index.ts";

const YEAR = 365 * 86_400;
const BASE = specSetOf({
  model: loadModel("vit-s16"),
  hardware: loadHardware("catransformers-22nm"),
});

/** Chips of many sizes with one memory: silicon buys less traffic, and so less energy. */
const chips = [32, 64, 128].flatMap((rows) =>
  [4, 8, 16, 32].flatMap((cols) =>
    ["256 KiB", "512 KiB", "1 MiB", "2 MiB", "4 MiB"].map((size) =>
      applySettings(
        BASE,
        [
          { path: "array.rows", value: rows },
          { path: "array.cols", value: cols },
          { path: "globalBuffer.size", value: size },
          { path: "dram.type", value: "LPDDR4X" },
          { path: "dram.capacity", value: "256 MB" },
          { path: "dram.dies", value: 1 },
        ],
        FACTOR_NAMES,
      ),
    ),
  ),
);

interface Optimum {
  readonly total: number;
  readonly embodied: number;
  readonly energy: number;
}

/** The chip of least total carbon under one deployment, among those that keep up. */
function optimumUnder(deployment: Deployment): Optimum {
  let best: Optimum | null = null;
  for (const chip of chips) {
    const result = evaluate({ ...chip, deployment, mapper: { objective: "carbon", effort: "fast" } });
    if (result.kind === "infeasible" || result.latency_s * deployment.rate > 1) continue;
    const found = numbersOf(result);
    if (best === null || found.total < best.total) best = found;
  }
  return best!;
}

function numbersOf({ carbon_total_kgCO2e: total, embodied, energy }: Evaluation): Optimum {
  return { total: total!, embodied: embodied.total!, energy: energy.total! };
}

/** Slowest of the chips that shall keep up at a duty of 100 %, s. */
const SLOWEST_S = 0.01;
const busy = { ...BASE.deployment, rate: 10, hoursPerDay: 24 };
const sweeps: Readonly<Record<string, readonly Deployment[]>> = {
  "grid, 68 to 524 gCO2e/kWh": [68, 150, 224, 370, 524].map((gridIntensity) => ({ ...busy, gridIntensity })),
  "life, 1 to 6 years": [1, 2, 3, 4, 5, 6].map((years) => ({ ...busy, lifetime: years * YEAR })),
  "duty, 1 % to 100 %": [0.01, 0.03, 0.1, 0.3, 1].map((duty) => ({ ...busy, rate: duty / SLOWEST_S })),
};

describe("the optimum moves with grid, life and duty as physics says", () => {
  it.each(Object.keys(sweeps))("%s: more use pays for more silicon, and asks for less energy", (name) => {
    const optima = sweeps[name]!.map(optimumUnder);
    console.info(
      `${name}: ${optima.map(({ total, embodied, energy }) => `total ${total.toFixed(3)}, embodied ${embodied.toFixed(3)} kgCO2e, ${(1e3 * energy).toFixed(2)} mJ`).join("; ")}`,
    );
    for (let i = 1; i < optima.length; i += 1) {
      const [before, after] = [optima[i - 1]!, optima[i]!];
      expect(after.embodied).toBeGreaterThanOrEqual(before.embodied);
      expect(after.energy).toBeLessThanOrEqual(before.energy);
      expect(after.total).toBeGreaterThan(before.total);
    }
    expect(optima.at(-1)!.embodied).toBeGreaterThan(optima[0]!.embodied);
    expect(optima.at(-1)!.energy).toBeLessThan(optima[0]!.energy);
  });
});
