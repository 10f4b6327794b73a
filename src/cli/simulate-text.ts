import { formatQuantity } from "../units/index.ts";
import type { Breakdown, Interval, Unknown } from "../cost/index.ts";
import {
  intervalsOf,
  powerOf,
  pricingOf,
  type Evaluation,
  type Infeasible,
  type OperatorEvaluation,
  type Power,
} from "../evaluate/index.ts";
import { renderTable } from "./output.ts";

/** What `simulate` prints for people. */
export function simulationText(evaluation: Evaluation, violations: readonly Infeasible[]): string {
  const { design, operational } = evaluation;
  const lines = [
    `${design.model.name} on ${design.hardware.name}, ${design.deployment.region} ` +
      `(${design.deployment.gridIntensity} gCO2e/kWh), technology profile ${design.technology.profile}`,
    "",
    operatorTable(evaluation),
    "",
    `latency      ${formatQuantity(evaluation.latency_s, "time")} (${evaluation.cycles} cycles, utilisation ${percent(evaluation.utilisation)})`,
    `energy       ${known(evaluation.energy, (total) => `${formatQuantity(total, "energy")} per inference`)}`,
    `area         ${known(evaluation.area, (total) => `${total.toFixed(2)} mm2`)}`,
    `embodied     ${known(evaluation.embodied, kilograms)}`,
    `operational  ${operational.total === null ? `unknown: ${operational.reason}` : kilograms(operational.total)}`,
    `total        ${evaluation.carbon_total_kgCO2e === null ? "unknown" : kilograms(evaluation.carbon_total_kgCO2e)}`,
    ...uncertaintyLines(evaluation),
  ];
  if (operational.total !== null) {
    lines.push(
      "",
      `over ${operational.inferences} inferences; ${operational.policy}`,
      `always on instead: operational ${kilograms(operational.alwaysOnTotal)}`,
    );
  }
  for (const { constraint, detail } of violations) lines.push("", `Not met: ${constraint}: ${detail}.`);
  return lines.join("\n");
}

const MOST_SWINGS = 3;

/** Ranges of the totals over the factors' ranges, what moves the total most, and power. */
function uncertaintyLines(evaluation: Evaluation): readonly string[] {
  const { carbon_total_kgCO2e: total, area_mm2: area, energy_total_J: energy } = intervalsOf(pricingOf(evaluation));
  const range = ({ low, high }: Interval, scale = 1): string =>
    `${(scale * low).toPrecision(3)} to ${(scale * high).toPrecision(3)}`;
  const ranges = [
    ...(total === null ? [] : [`total ${range(total)} kgCO2e`]),
    ...(energy === null ? [] : [`energy ${range(energy, 1e3)} mJ`]),
    ...(area === null ? [] : [`area ${range(area)} mm2`]),
  ];
  const moved = (total?.swings ?? []).slice(0, MOST_SWINGS).map(({ factor }) => factor);
  const power = powerOf(evaluation);
  return [
    ...(moved.length === 0 ? [] : [`interval     ${ranges.join(", ")}; the total moved most by ${moved.join(", ")}`]),
    ...(power === null ? [] : [`power        ${powerText(power)}`]),
  ];
}

function powerText({ running_W, idle_W, off_W, density_W_per_mm2 }: Power): string {
  const density = `${(1e3 * density_W_per_mm2).toPrecision(3)} mW/mm2`;
  return `running ${formatWatts(running_W)} (die ${density}), idle ${formatWatts(idle_W)}, off ${formatWatts(off_W)}`;
}

function formatWatts(watts: number): string {
  return watts >= 1 ? `${watts.toPrecision(3)} W` : `${(1e3 * watts).toPrecision(3)} mW`;
}

function kilograms(value: number): string {
  return `${value.toPrecision(4)} kgCO2e`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A total with its parts, largest first; or why it is not known. */
function known(value: Breakdown | Unknown, format: (total: number) => string): string {
  if (value.total === null) return `unknown: ${value.reason}`;
  const { total } = value;
  const parts = Object.entries(value.parts)
    .filter(([, part]) => part > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, part]) => `${name} ${((100 * part) / total).toFixed(0)} %`);
  return `${format(total)} (${parts.join(", ")})`;
}

interface Group {
  cycles: number;
  macs: number;
  joules: number;
  readonly bounds: Map<string, number>;
}

/** One line per tower and kind of operator. */
function operatorTable({ operators, cycles, design, nonOperatorCycles }: Evaluation): string {
  const groups = new Map<string, Group>();
  for (const operator of operators) addTo(groups, operator);
  const pes = design.hardware.cores * design.hardware.array.rows * design.hardware.array.cols;
  const rows = [...groups].map(([name, group]) => {
    const [bound = "-"] = [...group.bounds].reduce((most, each) => (each[1] > most[1] ? each : most));
    return [
      name,
      String(group.cycles),
      percent(group.cycles / cycles),
      group.macs === 0 ? "-" : percent(group.macs / (group.cycles * pes)),
      group.joules === 0 ? "-" : (group.joules * 1e3).toFixed(3),
      bound,
    ];
  });
  for (const [name, count] of Object.entries(nonOperatorCycles)) {
    if (count > 0) rows.push([name, String(count), percent(count / cycles), "-", "-", "-"]);
  }
  return renderTable(["operators", "cycles", "share", "utilisation", "energy mJ", "bound by"], rows);
}

function addTo(groups: Map<string, Group>, operator: OperatorEvaluation): void {
  const name = `${operator.tower} ${operator.kind}`;
  const group = groups.get(name) ?? { cycles: 0, macs: 0, joules: 0, bounds: new Map<string, number>() };
  const cycles = operator.count * operator.cycles;
  group.cycles += cycles;
  group.macs += operator.count * operator.macs;
  group.joules += operator.count * Object.values(operator.energy).reduce((sum, part) => sum + part, 0);
  group.bounds.set(operator.bound_by, (group.bounds.get(operator.bound_by) ?? 0) + cycles);
  groups.set(name, group);
}
