import type { MeasuredMetric, Metric, MetricLabel, RunFigures } from "./metric.ts";
import { combined, sumOf, withoutMemory, type Known } from "./quantity.ts";

const label = (title: string, unit: string, scale = 1, digits = 4): MetricLabel => ({ title, unit, scale, digits });

/** The energy of an inference times its latency, so many times. */
const energyTimesLatency =
  (name: string, times: number) =>
  ({ energy, latency_s }: RunFigures): Known =>
    combined(name, [energy], (joules) => {
      let product = joules;
      for (let i = 0; i < times; i += 1) product *= latency_s;
      return product;
    });

const totalCarbon = ({ embodied, operational }: RunFigures): Known => sumOf("total carbon", { embodied, operational });

/** One row a metric, in the order in which results show them. */
const TABLE = [
  {
    key: "accuracy",
    name: "accuracy",
    kind: "fraction",
    meaning: "accuracy of the model, 0 to 1",
    direction: "max",
    label: label("Accuracy", "%", 100, 3),
    column: "asked",
    priced: [],
    stage: "model",
    separation: { by: "model" },
  },
  {
    key: "latency_s",
    name: "latency",
    kind: "time",
    meaning: "time of one inference",
    direction: "min",
    label: label("Latency", "ms", 1e3),
    column: "always",
    priced: [],
    stage: "run",
    of: (run) => run.latency_s,
    separation: { by: "sum", fixed: () => 0, of: (cycles, _, { clock }) => cycles / clock },
  },
  {
    key: "cycles",
    name: null,
    kind: null,
    meaning: "cycles of one inference",
    direction: "min",
    label: null,
    column: "always",
    priced: [],
    stage: "run",
    of: (run) => run.cycles,
    separation: null,
  },
  {
    key: "macs",
    name: null,
    kind: null,
    meaning: "multiply-accumulates of one inference",
    direction: "min",
    label: null,
    column: "always",
    priced: [],
    stage: "run",
    of: (run) => run.macs,
    separation: null,
  },
  {
    key: "utilisation",
    name: null,
    kind: "fraction",
    meaning: "MACs over cycles and PEs",
    direction: "max",
    label: label("Utilisation", "%", 100, 3),
    column: "always",
    priced: [],
    stage: "run",
    of: (run) => run.utilisation,
    separation: null,
  },
  {
    key: "energy_total_J",
    name: "energy",
    kind: "energy",
    meaning: "energy of one inference",
    direction: "min",
    label: label("Energy per inference", "mJ", 1e3),
    column: "always",
    priced: ["energy"],
    stage: "run",
    of: (run) => run.energy,
    hasInterval: true,
    separation: { by: "sum", fixed: () => 0, of: (_, energy) => energy },
  },
  {
    key: "energy_board_J",
    name: "board-energy",
    kind: "energy",
    meaning: "energy of the board while one inference runs, idle power included",
    direction: "min",
    label: label("Board energy", "J"),
    column: "asked",
    priced: [],
    stage: "run",
    of: (run) => run.boardEnergy,
    separation: null,
  },
  {
    key: "area_mm2",
    name: "area",
    kind: "area",
    meaning: "area of the die",
    direction: "min",
    label: label("Die area", "mm²"),
    column: "always",
    priced: ["area"],
    stage: "chip",
    of: (chip) => chip.area,
    hasInterval: true,
    separation: { by: "chip" },
  },
  {
    key: "peak_TOPS",
    name: "peak",
    kind: "throughput",
    meaning: "peak of the arrays, 2 operations per MAC",
    direction: "max",
    label: label("Peak", "TOPS", 1, 3),
    column: "always",
    priced: [],
    stage: "chip",
    of: (chip) => chip.peakOperations / 1e12,
    separation: { by: "chip" },
  },
  {
    key: "carbon_embodied_kgCO2e",
    name: "embodied",
    kind: "mass",
    meaning: "embodied carbon of the device",
    direction: "min",
    label: label("Embodied carbon", "kgCO2e"),
    column: "always",
    priced: ["embodied"],
    stage: "chip",
    of: (chip) => chip.embodied,
    hasInterval: true,
    separation: { by: "chip" },
  },
  {
    key: "carbon_embodied_at_least_kgCO2e",
    name: null,
    kind: "mass",
    meaning: "embodied carbon of the device without its memory, whose carbon is unknown",
    direction: "min",
    label: label("Embodied carbon, at least", "kgCO2e"),
    column: "asked",
    priced: ["embodied"],
    isWithoutMemory: true,
    stage: "chip",
    of: (chip) => withoutMemory(chip.embodied),
    separation: { by: "chip" },
  },
  {
    key: "carbon_operational_kgCO2e",
    name: "operational",
    kind: "mass",
    meaning: "carbon of use, over the life",
    direction: "min",
    label: label("Operational carbon", "kgCO2e"),
    column: "always",
    priced: ["idle", "energy"],
    stage: "run",
    of: (run) => run.operational,
    hasInterval: true,
    separation: { by: "sum", fixed: (chip) => chip.idleCarbon, of: (_, energy, chip) => chip.carbonOf(energy) },
  },
  {
    key: "carbon_total_kgCO2e",
    name: "carbon",
    kind: "mass",
    meaning: "embodied and operational, over the life",
    direction: "min",
    label: label("Total carbon", "kgCO2e"),
    column: "always",
    priced: ["embodied", "idle", "energy"],
    stage: "run",
    of: totalCarbon,
    hasInterval: true,
    separation: {
      by: "sum",
      fixed: (chip) => chip.embodied + chip.idleCarbon,
      of: (_, energy, chip) => chip.carbonOf(energy),
    },
  },
  {
    key: "carbon_total_at_least_kgCO2e",
    name: null,
    kind: "mass",
    meaning: "embodied, without the memory, whose carbon is unknown, and operational, over the life",
    direction: "min",
    label: label("Total carbon, at least", "kgCO2e"),
    column: "asked",
    priced: ["embodied", "idle", "energy"],
    isWithoutMemory: true,
    stage: "run",
    of: (run) => withoutMemory(totalCarbon(run)),
    separation: {
      by: "sum",
      fixed: (chip) => chip.embodied + chip.idleCarbon,
      of: (_, energy, chip) => chip.carbonOf(energy),
    },
  },
  {
    key: "carbon_always_on_kgCO2e",
    name: null,
    kind: "mass",
    meaning: "total carbon, never switched down",
    direction: "min",
    label: null,
    column: "always",
    priced: ["embodied", "idle", "energy"],
    stage: "run",
    of: ({ embodied, alwaysOn }) => sumOf("total carbon of a device that is always on", { embodied, alwaysOn }),
    hasInterval: true,
    separation: null,
  },
  {
    key: "carbon_per_inference_kgCO2e",
    name: null,
    kind: "mass",
    meaning: "total carbon over the inferences",
    direction: "min",
    label: null,
    column: "always",
    priced: ["embodied", "idle", "energy"],
    stage: "run",
    of: (run) =>
      run.inferences === 0
        ? { total: null, reason: "no inference is made over the life" }
        : combined("carbon of an inference", [totalCarbon(run)], (all) => all / run.inferences),
    separation: null,
  },
  {
    key: "cost_carbon",
    name: "cost_carbon",
    kind: "money",
    meaning: "total carbon × its price, in the currency of deployment.carbonPrice",
    direction: "min",
    label: label("Cost of carbon", ""),
    column: "asked",
    priced: ["embodied", "idle", "energy"],
    stage: "run",
    of: (run) => {
      const { carbonPrice } = run;
      return carbonPrice === null
        ? { total: null, reason: "deployment.carbonPrice does not say what carbon costs" }
        : combined("the cost of carbon", [totalCarbon(run)], (carbon) => carbon * carbonPrice);
    },
    separation: {
      by: "sum",
      fixed: (chip) => (chip.embodied + chip.idleCarbon) * (chip.carbonPrice ?? NaN),
      of: (_, energy, chip) => chip.carbonOf(energy) * (chip.carbonPrice ?? NaN),
    },
  },
  {
    key: "edp_Js",
    name: "edp",
    kind: "energy-delay",
    meaning: "energy × latency",
    direction: "min",
    label: label("Energy × latency", "mJ·s", 1e3),
    column: "always",
    priced: ["energy"],
    stage: "run",
    of: energyTimesLatency("energy × latency", 1),
    separation: { by: "product", factors: ["energy_total_J", "latency_s"] },
  },
  {
    key: "cdp_kgCO2e_s",
    name: "cdp",
    kind: "carbon-delay",
    meaning: "embodied carbon × latency",
    direction: "min",
    label: label("Embodied carbon × latency", "gCO2e·s", 1e3),
    column: "always",
    priced: ["embodied"],
    stage: "run",
    of: ({ embodied, latency_s }) => combined("embodied carbon × latency", [embodied], (each) => each * latency_s),
    separation: { by: "sum", fixed: () => 0, of: (cycles, _, { embodied, clock }) => embodied * (cycles / clock) },
  },
  {
    key: "tcdp_kgCO2e_s",
    name: "tcdp",
    kind: "carbon-delay",
    meaning: "total carbon × latency",
    direction: "min",
    label: label("Total carbon × latency", "gCO2e·s", 1e3),
    column: "always",
    priced: ["embodied", "idle", "energy"],
    stage: "run",
    of: (run) => combined("total carbon × latency", [totalCarbon(run)], (each) => each * run.latency_s),
    separation: { by: "product", factors: ["carbon_total_kgCO2e", "latency_s"] },
  },
  {
    key: "ed2p_Js2",
    name: "ed2p",
    kind: "energy-delay-squared",
    meaning: "energy × latency²",
    direction: "min",
    label: label("Energy × latency²", "mJ·s²", 1e3),
    column: "asked",
    priced: ["energy"],
    stage: "run",
    of: energyTimesLatency("energy × latency²", 2),
    separation: { by: "product", factors: ["energy_total_J", "latency_s", "latency_s"] },
  },
  {
    key: "peak_power_W",
    name: "peak-power",
    kind: "power",
    meaning: "highest mean power of an operator, idle power included",
    direction: "min",
    label: label("Peak power", "W"),
    column: "asked",
    priced: ["idle", "energy"],
    isPerOperator: true,
    stage: "run",
    of: (run) => run.peakPower(),
    separation: { by: "largest", what: "operator power" },
  },
  {
    key: "parameters",
    name: null,
    kind: null,
    meaning: "trained parameters",
    direction: "min",
    label: null,
    column: "always",
    priced: [],
    stage: "run",
    of: (run) => run.parameters,
    separation: null,
  },
  {
    key: "dram_needed_B",
    name: null,
    kind: "size",
    meaning: "weights, KV cache and activations",
    direction: "min",
    label: null,
    column: "always",
    priced: [],
    stage: "run",
    of: (run) => run.dramNeeded_B,
    separation: null,
  },
] as const satisfies readonly Metric[];

type Row = (typeof TABLE)[number];

export const METRICS: readonly Metric[] = TABLE;

/** Keys of metrics that are reported with low and high. */
export type PricedTotal = Extract<Row, { readonly hasInterval: true }>["key"];

const byKey = new Map<string, Metric>(METRICS.map((metric) => [metric.key, metric]));

/** The metric of a key; undefined: there is none of the table's. */
export function metricOfKey(key: string): Metric | undefined {
  return byKey.get(key);
}

/** The metric that is this one without the memory's own carbon; null: there is none. */
export function boundOfMetric(key: string): Metric | null {
  const bound = byKey.get(key.replace(/_kgCO2e$/, "_at_least_kgCO2e"));
  return bound?.isWithoutMemory === true && bound.key !== key ? bound : null;
}

/** Key under which designs of a study have this metric: its lower bound's where the study aims at that. */
export function comparedKey(key: string, objectives: readonly { readonly metric: string }[]): string {
  const bound = boundOfMetric(key)?.key;
  return bound !== undefined && objectives.some(({ metric }) => metric === bound) ? bound : key;
}

/** Name of a metric in studies; of another key the key. */
export function nameOfMetric(key: string): string {
  return byKey.get(key)?.name ?? key;
}

/** Metrics that come of an evaluation: accuracy is not among them. */
export const MEASURED_METRICS = METRICS.filter((metric): metric is MeasuredMetric => metric.stage !== "model");

/** Those that a result shows where a study asks for these. */
export function shownMetrics(asked: readonly string[]): readonly MeasuredMetric[] {
  return MEASURED_METRICS.filter(({ key, column }) => column === "always" || asked.includes(key));
}
