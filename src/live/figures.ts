import { summariseByKind, type Evaluation } from "../core/index.ts";
import { disclosureOf, knownMetricsOf, nameOfKind } from "../evaluate/portable.ts";
import type { Known } from "../metrics/index.ts";
import { carbonPartName } from "../report/charts/carbon-parts.ts";
import { metricLabel, shownNumber } from "../report/metric-labels.ts";

/** A number of a design under its name, ready to be shown. */
export interface Figure {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly value: Known;
  /** In the unit; "at least 3" or "unknown" where it is not known. */
  readonly shown: string;
}

const SHOWN = [
  "carbon_total_kgCO2e",
  "carbon_embodied_kgCO2e",
  "carbon_operational_kgCO2e",
  "latency_s",
  "energy_total_J",
  "area_mm2",
  "utilisation",
  "peak_TOPS",
];

/** The figures of a design, total carbon first, and SCI (ISO/IEC 21031) last. */
export function figuresOf(evaluation: Evaluation): readonly Figure[] {
  const known = knownMetricsOf(evaluation);
  const { sci_g } = disclosureOf(evaluation);
  return [
    ...SHOWN.map((key) => {
      const { title, unit } = metricLabel(key);
      return figure(key, title, unit, known[key]!, (value) => shownNumber(key, value));
    }),
    figure("sci_gCO2e_per_inference", "SCI, per inference", "gCO2e", sci_g, (value) => String(short(value))),
  ];
}

const short = (value: number): number => Number(value.toPrecision(4));

function figure(key: string, title: string, unit: string, value: Known, show: (value: number) => string): Figure {
  const bound = typeof value === "number" ? undefined : value.atLeast;
  const shown = typeof value === "number" ? show(value) : bound === undefined ? "unknown" : `at least ${show(bound)}`;
  return { key, title, unit, value, shown };
}

/** "−4.2 %": how far a figure is from the baseline's; empty where one of them is not known, or the baseline is 0. */
export function changeText(now: Known, before: Known): string {
  if (typeof now !== "number" || typeof before !== "number" || before === 0) return "";
  const percent = Number((100 * (now / before - 1)).toPrecision(3));
  if (percent === 0) return now === before ? "same" : "≈ same";
  return `${percent > 0 ? "+" : "−"}${Math.abs(percent) >= 1e4 ? `${short(now / before)} ×` : `${Math.abs(percent)} %`}`;
}

/** Parts of a sum by name, in its unit. */
export type Parts = Readonly<Record<string, number>>;

/** Total carbon by part, kgCO2e, embodied first; those that are known where one is not. */
export function carbonPartsOf({ embodied, operational }: Evaluation): Parts {
  const named = Object.entries({ ...embodied.parts, ...operational.parts });
  return Object.fromEntries(named.map(([name, value]) => [carbonPartName(name), value]));
}

const SOURCES: Readonly<Record<string, string>> = {
  mac: "MACs",
  register: "registers",
  local: "local buffers",
  global: "global buffer",
  dram: "DRAM",
  vector: "vector lanes",
  static: "leakage and standby",
};

/** Energy of an inference by source, mJ. */
export function energyPartsOf({ energy }: Evaluation): Parts {
  const named = Object.entries(energy.parts ?? {});
  return Object.fromEntries(named.map(([name, joules]) => [SOURCES[name] ?? name, joules * 1e3]));
}

/** Columns of the table of operators. */
export const OPERATOR_COLUMNS = [
  "Operator",
  "Runs",
  "Time (ms)",
  "Share",
  "Utilisation",
  "Bound by",
  "Energy (mJ)",
  "DRAM (MB)",
];

export interface OperatorRow {
  readonly name: string;
  readonly runs: number;
  /** s, launches included. */
  readonly seconds: number;
  readonly share: number;
  readonly utilisation: number | null;
  readonly boundBy: string;
  /** J; null: not known. */
  readonly joules: number | null;
  readonly dramBytes: number;
}

/** Kinds of operators of an inference, in the order in which they first run. */
export function operatorRows(evaluation: Evaluation): readonly OperatorRow[] {
  const { clock } = evaluation.design.hardware;
  return summariseByKind(evaluation).map((kind) => {
    const sources = Object.values(kind.energy);
    return {
      name: nameOfKind(kind),
      runs: kind.runs,
      seconds: (kind.cycles + kind.launchCycles) / clock,
      share: kind.share,
      utilisation: kind.utilisation,
      boundBy: kind.boundBy,
      joules: sources.length === 0 ? null : sources.reduce((sum, joules) => sum + joules, 0),
      dramBytes: kind.traffic.dram.read + kind.traffic.dram.written,
    };
  });
}

/** A row as texts, under {@link OPERATOR_COLUMNS}. */
export function operatorTexts({ name, runs, seconds, share, utilisation, boundBy, joules, dramBytes }: OperatorRow) {
  const percent = (value: number): string => `${Number((100 * value).toPrecision(3))} %`;
  return [
    ...[name, String(runs), String(short(seconds * 1e3)), percent(share)],
    utilisation === null ? "" : percent(utilisation),
    ...[boundBy, joules === null ? "" : String(short(joules * 1e3)), String(short(dramBytes / 1e6))],
  ];
}
