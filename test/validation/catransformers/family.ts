import { chargedCounters, energyCoefficients, FACTOR_NAMES, gemmEnergy, gridCarbon } from "../../../src/cost/index.ts";
import { evaluate, type Design, type Evaluation } from "../../../src/evaluate/index.ts";
import { simulateGemms, type GemmProblem } from "../../../src/sim/index.ts";
import { applySettings, loadHardware, loadModel, specSetOf, type SpecSet } from "../../../src/spec/index.ts";
import { buildWorkload } from "../../../src/workload/index.ts";
import { readFixture } from "../../fixtures/cost/csv.ts";

/** One row of the published family: a model and the accelerator that the study found for it. */
export interface PublishedDesign {
  readonly name: string;
  readonly carbon_kgCO2e: number;
  readonly latency_s: number;
  readonly specs: SpecSet;
}

export const MAPPER = { objective: "carbon", effort: "fast" } as const;

/** Rows of table 3 of arXiv 2505.01386: their hardware, their model, California, 1 inference/s, 6 h a day, 3 years. */
export function publishedFamily(): readonly PublishedDesign[] {
  const base = specSetOf({
    model: loadModel("clip-vit-b16"),
    hardware: loadHardware("catransformers-22nm"),
    technology: { profile: "published", factors: {} },
  });
  return readFixture("carbonclip_family.csv").map((row) => {
    const of = (column: string): number => Number(row[column]);
    const tower = (name: string) =>
      (["layers", "ffn", "hidden", "heads"] as const).map((field) => ({
        path: `model.${name}.${field}`,
        value: of(`${name}_${field}`),
      }));
    const settings = [
      { path: "cores", value: of("hw_cores") },
      { path: "array.rows", value: of("hw_pe_x") },
      { path: "array.cols", value: of("hw_pe_y") },
      { path: "localBuffer.size", value: `${of("hw_l2_kb")} KiB` },
      { path: "localBuffer.bandwidth", value: `${of("hw_l2_bw_words")} B/cycle` },
      { path: "globalBuffer.size", value: `${of("hw_glb_mb")} MiB` },
      ...tower("text"),
      ...tower("vision"),
    ];
    return {
      name: row["name"] ?? "",
      carbon_kgCO2e: of("carbon_kgco2e"),
      latency_s: of("latency_ms") / 1e3,
      specs: applySettings(base, settings, FACTOR_NAMES),
    };
  });
}

export function evaluated(specs: SpecSet, mapper: Design["mapper"] = MAPPER): Evaluation {
  const result = evaluate({ ...specs, mapper });
  if (result.kind === "infeasible") throw new Error(result.detail);
  return result;
}

/** Inferences that the reference's released estimator charges, whatever the usage. */
const REFERENCE_INFERENCES = 3e7;

export interface WithFaults {
  readonly latency_s: number;
  readonly carbon_kgCO2e: number;
}

/**
 * The same design with three faults of the published estimator put back, one after the other: 3e7 inferences; one layer too
 * many in each tower; attention products of a wrong shape (scores heads·T × T × T, context heads·T × 64 × 64, second operand
 * common to all heads).
 */
export function withFaultsBack({ specs }: PublishedDesign): readonly [WithFaults, WithFaults, WithFaults] {
  const plain = evaluated(specs);
  const longer = evaluated(oneLayerMore(specs));
  const attention = attentionExcess(oneLayerMore(specs));
  const of = (latency: number, energy: number): WithFaults => ({
    latency_s: latency,
    carbon_kgCO2e: plain.embodied.total! + gridCarbon(energy * REFERENCE_INFERENCES, specs.deployment.gridIntensity),
  });
  return [
    of(plain.latency_s, plain.energy.total!),
    of(longer.latency_s, longer.energy.total!),
    of(longer.latency_s + attention.latency_s, longer.energy.total! + attention.energy_J),
  ];
}

function oneLayerMore(specs: SpecSet): SpecSet {
  const { model } = specs;
  if (model.family !== "clip") throw new Error("a CLIP model is expected");
  const settings = (["text", "vision"] as const).map((name) => ({
    path: `model.${name}.layers`,
    value: model[name].layers + 1,
  }));
  return applySettings(specs, settings, FACTOR_NAMES);
}

function attentionExcess(specs: SpecSet): { readonly latency_s: number; readonly energy_J: number } {
  const { hardware } = specs;
  let latency = 0;
  let energy = 0;
  for (const operator of buildWorkload(specs.model, 1).operators) {
    if (operator.type !== "gemm" || (operator.kind !== "scores" && operator.kind !== "context")) continue;
    const rows = operator.batch * operator.m;
    const tokens = operator.m;
    const size = operator.kind === "scores" ? tokens : 64;
    const right = costOf(specs, operator);
    const wrong = costOf(specs, { batch: 1, m: rows, n: size, k: size, sharedB: true });
    latency += (operator.count * (wrong.cycles - right.cycles)) / hardware.clock;
    energy += operator.count * (wrong.energy - right.energy);
  }
  return { latency_s: latency, energy_J: energy };
}

/** Cycles and J of one product. */
function costOf({ hardware, technology }: SpecSet, problem: GemmProblem) {
  const cost = energyCoefficients(hardware, technology);
  if ("total" in cost) throw new Error(cost.reason);
  const [result] = simulateGemms(hardware, [problem], { ...MAPPER, energy: cost });
  if (result?.kind !== "mapped") throw new Error("no mapping");
  const { counters, mapping, timing } = result;
  const charged = chargedCounters(counters, mapping, hardware, technology);
  return { cycles: timing.cycles, energy: gemmEnergy(charged, timing.cycles, cost).total };
}

export function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  return `${share > 0 ? "+" : ""}${text} %`;
}
