import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CostError, dramTypes, FACTOR_NAMES, keepsUp, reticleLimit } from "../../../src/cost/index.ts";
import { accountOf, evaluate, price, pricingOf, totalsOf, type Evaluation } from "../../../src/evaluate/index.ts";
import type { Known, Unknown } from "../../../src/metrics/index.ts";
import { simulationJson } from "../../../src/simulate/index.ts";
import { simulationText } from "../../../src/cli/simulate-text.ts";
import { effort } from "../../oracle/cases.ts";
import {
  applySettings,
  defaultDeployment,
  listPresets,
  loadHardware,
  loadModel,
  parseSetting,
  specSetOf,
  type Hardware,
  type SpecSet,
} from "../../../src/spec/index.ts";

/*
 * A number is finite and in its domain, or it is unknown and says why. Whatever `simulate` prints, for people and as JSON: no
 * NaN and no Infinity, nothing below 0, low ≤ nominal ≤ high, the nominal value is the value, parts sum to their total, a
 * device that is always on has no less carbon than one that is switched down, and what is null has a reason.
 */

const PROFILES = ["calibrated", "published"] as const;
const ALONE = "catransformers-22nm without its DRAM";
const MACHINES = [...listPresets("hardware"), "examples/hardware/edge-lpddr5.yaml", ALONE];

function machine(name: string): Hardware {
  return name === ALONE ? { ...loadHardware("catransformers-22nm"), dram: null } : loadHardware(name);
}

/** What `simulate` evaluates; null: no such design, as a table or a level says by itself. */
function simulated(specs: SpecSet): Evaluation | null {
  try {
    const result = evaluate({ ...specs, mapper: { objective: "carbon", effort: "fast" } });
    return result.kind === "evaluated" ? result : null;
  } catch (error) {
    if (error instanceof CostError) return null;
    throw error;
  }
}

function specsOf(model: string, hardware: string, ...texts: readonly string[]): SpecSet {
  const base = specSetOf({
    model: loadModel(model),
    hardware: machine(hardware),
    deployment: defaultDeployment(),
    technology: { profile: "calibrated", factors: {} },
  });
  return applySettings(base, texts.map(parseSetting), FACTOR_NAMES);
}

type Json = Readonly<Record<string, unknown>>;

/** May be below 0: bytes of fused attention less those of the same products unfused. */
const DIFFERENCES = new Set(["attention_reread_bytes"]);

function badNumbers(value: unknown, path: string): readonly string[] {
  if (typeof value === "number") {
    const isBelow = value < 0 && !DIFFERENCES.has(path.split(".").at(-1)!);
    return Number.isFinite(value) && !isBelow ? [] : [`${path} is ${value}`];
  }
  if (value === undefined) return [`${path} is undefined`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => badNumbers(each, `${path}.${key}`));
}

const sum = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((total, part) => total + part, 0);
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

interface Quantity {
  readonly total: number | null;
  readonly parts?: Readonly<Record<string, number>>;
  readonly reason?: string;
}
interface Operators {
  readonly count: number;
  readonly cycles: number;
  readonly energy_J: Readonly<Record<string, number>> | null;
}

/** Everything that is wrong with what `simulate` prints of one evaluation. */
function faultsOf(evaluation: Evaluation): readonly string[] {
  const { infeasible } = keepsUp(evaluation.latency_s, evaluation.design.deployment);
  const tooLarge = evaluation.area.total === null ? null : reticleLimit(evaluation.area, evaluation.design.hardware);
  const violations = [infeasible, tooLarge].filter((each) => each !== null);
  const json = simulationJson(evaluation, violations);
  const texts = [simulationText(evaluation, violations, evaluation.design.mapper.objective), JSON.stringify(json)];
  return [
    ...badNumbers(json, "json"),
    ...texts.flatMap((text) => /\bNaN\b|Infinity|undefined/.exec(text)?.[0] ?? []),
    ...nullsOf(json),
    ...intervalFaults(json),
    ...sumFaults(json),
    ...carbonFaults(json, infeasible !== null),
    ...priceFaults(evaluation),
  ];
}

/** Metrics that are null without a reason, and reasons of what is not. */
function nullsOf(json: Json): readonly string[] {
  const unknown = (json["unknown"] ?? []) as readonly { readonly part: string; readonly reason: string }[];
  const metrics = Object.entries(json).filter(([key]) => /_(s|J|mm2|kgCO2e|Js|TOPS)$/.test(key));
  const nulls = metrics.flatMap(([key, value]) => (value === null ? [key] : []));
  const named = unknown.map(({ part }) => part);
  return [
    ...nulls.filter((key) => key !== "non_operator_energy_J" && !named.includes(key)).map((key) => `${key}: no reason`),
    ...named
      .filter((key) => Object.hasOwn(json, key) && !nulls.includes(key))
      .map((key) => `${key}: known, with a reason`),
    ...unknown.flatMap(({ part, reason }) => (reason.length > 5 ? [] : [`${part}: ${reason}`])),
  ];
}

function intervalFaults(json: Json): readonly string[] {
  const all = Object.entries(json["intervals"] as Readonly<Record<string, Json | null>>);
  return all.flatMap(([key, interval]) => {
    if (interval === null) return json[key] === null ? [] : [`${key} has no interval`];
    const { low, nominal, high } = interval as Readonly<Record<"low" | "nominal" | "high", number | null>>;
    if (nominal !== json[key]) return [`${key} is ${String(json[key])}, nominal ${String(nominal)}`];
    if (low === null || high === null) return typeof interval["reason"] === "string" ? [] : [`${key}: no reason`];
    return 0 <= low && low <= nominal! && nominal! <= high ? [] : [`${key}: ${low} ${nominal} ${high}`];
  });
}

function sumFaults(json: Json): readonly string[] {
  const operators = json["operators"] as readonly Operators[];
  const kinds = json["operator_kinds"] as readonly Operators[];
  const beside = (json["non_operator_energy_J"] ?? {}) as Readonly<Record<string, number>>;
  const energyOf = (all: readonly Operators[], isEach: boolean): number =>
    all.reduce((total, { count, energy_J }) => total + (isEach ? count : 1) * sum(energy_J ?? {}), sum(beside));
  const cycles = operators.reduce((total, each) => total + each.count * each.cycles, 0);
  const energy = json["energy_total_J"] as number | null;
  const quantities = ["energy_J", "area_by_component_mm2", "carbon_embodied", "carbon_operational"];
  return [
    ...(cycles + sum(json["non_operator_cycles"] as Readonly<Record<string, number>>) === json["cycles"]
      ? []
      : ["cycles"]),
    ...(energy === null || near(energyOf(operators, true), energy) ? [] : ["operators' energies"]),
    ...(energy === null || near(energyOf(kinds, false), energy) ? [] : ["energies by kind"]),
    ...quantities.filter((key) => {
      const { total, parts, reason } = json[key] as Quantity;
      return total === null ? typeof reason !== "string" : !near(sum(parts!), total);
    }),
  ];
}

/** Unknown for the same reasons, and what is known comes to the same. */
function isSameBound({ atLeast: a, ...own }: Unknown, { atLeast: b, ...other }: Unknown): boolean {
  return isDeepStrictEqual(own, other) && (a === undefined || b === undefined ? a === b : near(a, b));
}

/** The lines of the bill, and the design priced again at its own technology, come to the same. */
function priceFaults(evaluation: Evaluation): readonly string[] {
  const pricing = pricingOf(evaluation);
  const own = Object.entries(totalsOf(pricing));
  const again: Readonly<Record<string, Known>> = totalsOf(pricing, price(pricing, evaluation.design.technology));
  const { lines } = accountOf(evaluation);
  const billed = lines.reduce((total, { energy_J }) => total + energy_J, 0);
  const { total } = evaluation.energy;
  return [
    ...own.flatMap(([key, value]) => {
      const other = again[key]!;
      const isSame =
        typeof value === "number"
          ? typeof other === "number" && near(value, other)
          : typeof other !== "number" && isSameBound(value, other);
      return isSame ? [] : [`${key} is ${JSON.stringify(value)}, priced again ${JSON.stringify(other)}`];
    }),
    ...(total === null || near(billed, total) ? [] : [`energy ${total}, billed ${billed}`]),
  ];
}

function carbonFaults(json: Json, isLate: boolean): readonly string[] {
  const { total, ...operational } = json["carbon_operational"] as Quantity & { readonly alwaysOnTotal?: number };
  if (total === null) return [];
  if (isLate) return ["carbon of a device that cannot keep its rate"];
  return operational.alwaysOnTotal! >= total ? [] : [`always on ${operational.alwaysOnTotal}, switched down ${total}`];
}

/** Of each model on each machine, one profile by turns: each meets every model and every machine. Both with ECOTILE_PROPERTY_EFFORT=2. */
const profilesOf = (model: number, machine: number): readonly string[] =>
  effort > 1 ? PROFILES : [PROFILES[(model + machine) % PROFILES.length]!];

describe("every preset", () => {
  it.each(MACHINES.map((name, at) => [name, at] as const))("%s, with every model", (hardware, at) => {
    const faults: string[] = [];
    let evaluated = 0;
    for (const [place, model] of listPresets("models").entries())
      for (const profile of profilesOf(place, at)) {
        const evaluation = simulated(specsOf(model, hardware, `technology.profile=${profile}`));
        if (evaluation === null) continue;
        evaluated += 1;
        faults.push(...faultsOf(evaluation).map((fault) => `${model} ${profile}: ${fault}`));
      }
    expect(faults).toEqual([]);
    expect(evaluated).toBeGreaterThan(listPresets("models").length / 4);
  });
});

it.each(["timeloop-16x16", "zigzag-16x16"])(
  "%s: idealised memory has no background power, vector work is priced",
  (hardware) => {
    const evaluation = simulated(specsOf("bert-tiny", hardware))!;
    const { parts } = evaluation.operational as { readonly parts: Readonly<Record<string, number>> };
    expect(parts["idleInUse"]).toBeGreaterThan(0);
    expect(parts["offHours"]).toBe(0);
    expect((evaluation.energy as { readonly parts: Json }).parts["vector"]).toBeGreaterThan(0);
  },
);

describe("the ends of every field", () => {
  const ENDS = ["0", "1e-300", "1e9", "1e300"];
  const cases = FACTOR_NAMES.flatMap((name) => ENDS.map((end) => `technology.${name}=${end}`));

  it.each(PROFILES)("each factor, %s", (profile) => {
    const faults: string[] = [];
    for (const text of cases) {
      const evaluation = simulated(specsOf("bert-tiny", "catransformers-22nm", `technology.profile=${profile}`, text));
      if (evaluation !== null) faults.push(...faultsOf(evaluation).map((fault) => `${text}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });

  it("pairs of factors", () => {
    const faults: string[] = [];
    const far = ["controllerAreaLevel", "fabYield", "defectDensity", "gridLevel", "leakageLevel", "dramEnergyPerBit"];
    for (const a of far)
      for (const b of far.filter((name) => name > a))
        for (const [x, y] of [
          ["1e300", "1e300"],
          ["1e-300", "1e300"],
          ["1", "1e-300"],
        ]) {
          const texts = [`technology.${a}=${x}`, `technology.${b}=${y}`];
          const evaluation = simulated(specsOf("bert-tiny", "catransformers-22nm", ...texts));
          if (evaluation !== null) faults.push(...faultsOf(evaluation).map((fault) => `${texts.join(" ")}: ${fault}`));
        }
    expect(faults).toEqual([]);
  });

  it("each deployment field, with and without weights on chip", () => {
    const fields: Readonly<Record<string, readonly string[]>> = {
      lifetime: ["1 s", "100 years"],
      rate: ["0/s", "1e-300/s", "1/day", "5000/s", "1e12/s"],
      hoursPerDay: ["0", "1e-300", "24"],
      inferences: ["0", "1", "9007199254740991"],
      batch: ["1", "1000"],
      gridIntensity: ["0 gCO2e/kWh", "10000 gCO2e/kWh"],
      gridHours: [`[${Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0 : 10000)).join(", ")}]`],
    };
    const single = Object.entries(fields).flatMap(([field, ends]) => ends.map((end) => [`deployment.${field}=${end}`]));
    const pairs = ["rate=0/s", "rate=1e12/s", "inferences=0", "lifetime=1 s"].flatMap((first) =>
      ["hoursPerDay=0", "hoursPerDay=24"].map((second) => [`deployment.${first}`, `deployment.${second}`]),
    );
    let kept = 0;
    const faults = [...single, ...pairs].flatMap((texts) =>
      ["schedule.weights=false", "schedule.weights=true"].flatMap((schedule) => {
        const all = ["globalBuffer.size=8 MiB", schedule, ...texts];
        const evaluation = simulated(specsOf("bert-tiny", "catransformers-22nm", ...all));
        kept += evaluation?.schedule.weightBytes === 0 ? 0 : 1;
        return evaluation === null ? [] : faultsOf(evaluation).map((fault) => `${all.join(" ")}: ${fault}`);
      }),
    );
    expect(faults).toEqual([]);
    expect(kept).toBeGreaterThan(0);
  });

  it.each([
    ["array.rows=4096", "array.cols=4096"],
    ["dram.type=idealised", "dram.capacity=unlimited", "dram.bandwidth=80 GB/s", "technology.dramCarbonPerGB=0.2"],
    ["dram.idealised=true", "dram.capacity=unlimited"],
    ["dram.idealised=true", "dram.capacity=1 B", "globalBuffer.size=1 B"],
    ["clock=1 Hz"],
    ["clock=1e12 Hz"],
  ])("%s %s", (...texts) => {
    const evaluation = simulated(specsOf("bert-tiny", "catransformers-22nm", ...texts.filter((text) => text !== "")));
    expect(evaluation === null ? [] : faultsOf(evaluation)).toEqual([]);
  });
});

describe("always on is never less than switched down", () => {
  const deployment = fc.record({
    lifetime: fc.double({ min: 3600, max: 3e9, noNaN: true }).map((seconds) => `${seconds} s`),
    rate: fc.double({ min: -6, max: 6, noNaN: true }).map((power) => `${10 ** power}/s`),
    hoursPerDay: fc.oneof(fc.constantFrom("0", "24"), fc.double({ min: 0, max: 24, noNaN: true }).map(String)),
    inferences: fc.option(fc.integer({ min: 0, max: 1e9 }).map(String), { nil: null, freq: 3 }),
    gridHours: fc.option(
      fc
        .array(fc.integer({ min: 0, max: 1000 }), { minLength: 24, maxLength: 24 })
        .map((list) => `[${list.join(", ")}]`),
      { nil: null },
    ),
  });

  it.each(MACHINES)("%s", (hardware) => {
    let known = 0;
    fc.assert(
      fc.property(deployment, fc.boolean(), (fields, weights) => {
        const { inferences, hoursPerDay } = fields;
        fc.pre(inferences === null || Number(inferences) === 0 || Number(hoursPerDay) > 0);
        const texts = Object.entries(fields).flatMap(([field, value]) =>
          value === null ? [] : [`deployment.${field}=${value}`],
        );
        const specs = specsOf("bert-tiny", hardware, `schedule.weights=${weights}`, ...texts);
        const evaluation = simulated(specs);
        if (evaluation === null) return;
        const { operational } = evaluation;
        if (operational.total === null) return;
        known += 1;
        expect(operational.alwaysOnTotal).toBeGreaterThanOrEqual(operational.total);
        expect(carbonFaults(simulationJson(evaluation, []), false)).toEqual([]);
      }),
      { seed: 20261201, numRuns: 40 },
    );
    const isPriced = simulated(specsOf("bert-tiny", hardware))?.operational.total !== null;
    if (isPriced) expect(known).toBeGreaterThan(5);
  });

  it("no state of a memory has more power than the active one", () => {
    for (const { activePower, standbyPower, selfRefreshPower, name } of dramTypes().values()) {
      expect([name, (activePower ?? 0) >= (standbyPower ?? 0)]).toEqual([name, true]);
      expect([name, (standbyPower ?? 0) >= (selfRefreshPower ?? 0)]).toEqual([name, true]);
    }
  });
});
