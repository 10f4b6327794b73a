import { formatQuantity } from "../units/index.ts";
import { estimatedParts, type Breakdown, type Interval, type OpenInterval, type Unknown } from "../cost/index.ts";
import {
  boardEnergyOf,
  boardPowerOf,
  chipOf,
  footprintOf,
  intervalsOf,
  knownMetricsOf,
  nameOfKind,
  powerOf,
  pricingOf,
  summariseByKind,
  summarisePhases,
  type Evaluation,
  type Footprint,
  type Infeasible,
  type KindSummary,
  type Power,
} from "../evaluate/index.ts";
import { totalOf, type Known } from "../metrics/index.ts";
import type { MappingObjective } from "../sim/index.ts";
import type { SpecSet } from "../spec/index.ts";
import { useText } from "./deployment-text.ts";
import { multiplierLines } from "./multiplier-text.ts";
import { renderTable } from "./output.ts";
import { runtimeLines } from "./runtime-text.ts";
import { scheduleLines } from "./simulate-schedule.ts";

/**
 * What `simulate` prints for people.
 *
 * @param asked  what mappings were to be chosen for
 */
export function simulationText(
  evaluation: Evaluation,
  violations: readonly Infeasible[],
  asked: MappingObjective,
): string {
  const { design, operational } = evaluation;
  const summaries = summariseByKind(evaluation);
  const energies = energyTable(summaries, evaluation);
  const lines = [
    `${design.model.name} on ${design.hardware.name}, ${design.deployment.region} ` +
      `(${Number(design.deployment.gridIntensity.toPrecision(6))} gCO2e/kWh), technology profile ${design.technology.packaging ?? design.technology.profile}, mapped for ${evaluation.mappedFor}`,
    `Use: ${useText(design.deployment)}.`,
    ...runtimeLines(design.hardware),
    ...multiplierLines(design.hardware),
    "",
    operatorTable(summaries, evaluation),
    ...(energies === null ? [] : [energies]),
    ...scheduleLines(evaluation.schedule),
    "",
    `latency      ${formatQuantity(evaluation.latency_s, "time")} (${evaluation.cycles} cycles, utilisation ${percent(evaluation.utilisation)})`,
    ...phaseLines(evaluation),
    ...footprintLines(evaluation),
    `energy       ${known(evaluation.energy, (total) => `${formatQuantity(total, "energy")} per inference`)}`,
    ...boardLines(evaluation),
    `area         ${known(evaluation.area, (total) => `${total.toFixed(2)} mm2`)}`,
    `embodied     ${known(evaluation.embodied, kilograms)}${estimateText(design)}`,
    `operational  ${bounded(totalOf(operational))}`,
    `total        ${bounded(knownMetricsOf(evaluation)["carbon_total_kgCO2e"]!)}`,
    ...eachLine(evaluation),
    ...priceLine(evaluation),
    ...uncertaintyLines(evaluation),
  ];
  if (operational.total !== null) {
    lines.push(
      "",
      `over ${operational.inferences} inferences; ${operational.policy}`,
      `always on instead: operational ${kilograms(operational.alwaysOnTotal)}`,
    );
  }
  if (evaluation.mappedFor !== asked) {
    const why =
      evaluation.energy.total === null ? "energies are not known" : `for ${asked} it would not keep up with its rate`;
    lines.push("", `Mapped for ${evaluation.mappedFor}, since ${why}.`);
  }
  for (const { constraint, detail } of violations) lines.push("", `Not met: ${constraint}: ${detail}.`);
  return lines.join("\n");
}

/** What `simulate` prints where a design cannot run: why, and what does not depend on that. */
export function infeasibleText(specs: SpecSet, { constraint, detail }: Infeasible): string {
  const footprint = footprintOf(specs);
  const { peak_TOPS, area, embodied } = chipOf(specs);
  return [
    `Infeasible: ${constraint}: ${detail}.`,
    ...footprintLines(footprint),
    `operators    ${footprint.operatorCount}`,
    `peak         ${Number(peak_TOPS.toPrecision(4))} TOPS`,
    `area         ${known(area, (total) => `${total.toFixed(2)} mm2`)}`,
    `embodied     ${known(embodied, kilograms)}`,
  ].join("\n");
}

/** What the model is and needs, whether it fits or not. */
export function footprintLines(footprint: Footprint): readonly string[] {
  const { parameters, activeParameters, macs, kvPerToken_B, needed, dramNeeded_B } = footprint;
  const size = (bytes: number): string => formatQuantity(bytes, "size");
  const active = activeParameters === parameters ? "" : ` (${activeParameters} active)`;
  const cache = kvPerToken_B === 0 ? "" : `, KV cache ${kvPerToken_B} B a token`;
  const cached = needed.kvCache === 0 ? "" : ` + KV cache ${size(needed.kvCache)}`;
  return [
    `model        ${parameters} parameters${active}, ${macs} MACs${cache}`,
    `memory       ${size(dramNeeded_B)}: weights ${size(needed.weights)}${cached} + activations ${size(needed.activations)}`,
  ];
}

/** Prefill and decode apart, and the cache between them. */
function phaseLines(evaluation: Evaluation): readonly string[] {
  const phases = summarisePhases(evaluation);
  if (phases.length === 0) return [];
  const time = (seconds: number): string => formatQuantity(seconds, "time");
  const size = (bytes: number): string => formatQuantity(bytes, "size");
  return [
    ...phases.map(({ phase, latency, steps, kvReadBytes }) => {
      const each = phase === "decode" ? `, ${time(latency / steps)} a step of ${steps}` : "";
      return `${phase.padEnd(13)}${time(latency)}${each}; keys and values read from DRAM: ${size(kvReadBytes)}`;
    }),
    `KV cache     ${size(evaluation.kvCache_B)} at the longest`,
  ];
}

/** Carbon of one inference, its share of the making among it; nothing where it is not known. */
function eachLine({ carbon_total_kgCO2e: total, operational }: Evaluation): readonly string[] {
  if (total === null || operational.total === null || operational.inferences === 0) return [];
  return [`each         ${((1e3 * total) / operational.inferences).toPrecision(4)} gCO2e per inference`];
}

/** What the total costs, where carbon has a price. */
function priceLine({ carbon_total_kgCO2e: total, design: { deployment } }: Evaluation): readonly string[] {
  const { carbonPrice } = deployment;
  if (carbonPrice === undefined || total === null) return [];
  const { perKilogram, currency } = carbonPrice;
  return [
    `cost         ${(total * perKilogram).toPrecision(4)} ${currency} of carbon at ${1000 * perKilogram} ${currency}/t`,
  ];
}

const MOST_SWINGS = 3;

/** Ranges of the totals over the factors' ranges, what moves the total most, and power. */
function uncertaintyLines(evaluation: Evaluation): readonly string[] {
  const intervals = intervalsOf(pricingOf(evaluation));
  const [total, area, energy] = [
    closed(intervals.carbon_total_kgCO2e),
    closed(intervals.area_mm2),
    closed(intervals.energy_total_J),
  ];
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

/** Energy of the whole board, its mean power and its limit; nothing where the chip's file says nothing of its board. */
function boardLines(evaluation: Evaluation): readonly string[] {
  const power = boardPowerOf(evaluation);
  const energy = boardEnergyOf(evaluation);
  if (power === null || typeof energy !== "number") return [];
  const { mean_W, in_use_W, limit_W } = power;
  const limit = limit_W === null ? "" : `, limit ${formatWatts(limit_W)}`;
  const each = `mean ${formatWatts(mean_W!)}, of that ${formatWatts(in_use_W!)} idle${limit}`;
  return [`board        ${formatQuantity(energy, "energy")} per inference, idle power included (${each})`];
}

/** An interval with both ends; null: there is none. */
function closed(interval: Interval | OpenInterval | null): Interval | null {
  return interval === null || "reason" in interval ? null : interval;
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

/** A total with its parts, largest first; what it is at least, or why it is not known. */
function known(value: Breakdown | Unknown, format: (total: number) => string): string {
  if (value.total === null)
    return value.atLeast === undefined
      ? `unknown: ${value.reason}`
      : `at least ${format(value.atLeast)}, without ${missingText(value)}`;
  const { total } = value;
  const parts = Object.entries(value.parts)
    .filter(([, part]) => part > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, part]) => `${name} ${((100 * part) / total).toFixed(0)} %`);
  return `${format(total)} (${parts.join(", ")})`;
}

/** kgCO2e, or what they are at least. */
function bounded(value: Known): string {
  if (typeof value === "number") return kilograms(value);
  return value.atLeast === undefined
    ? `unknown: ${value.reason}`
    : `at least ${kilograms(value.atLeast)}, without ${missingText(value)}`;
}

/** The parts that a lower bound leaves out. */
function missingText({ missing, reason }: Unknown): string {
  return (missing ?? []).map(({ part, reason: why }) => `${part} (${why})`).join(", ") || reason;
}

/** What nobody has published, and what stands in. */
function estimateText({ hardware, technology }: Pick<SpecSet, "hardware" | "technology">): string {
  const estimates = estimatedParts(hardware, technology).map(({ part, rule }) => `${part}: ${rule}`);
  return estimates.length === 0 ? "" : `; ${estimates.join("; ")}`;
}

/** One line per tower, phase and kind of operator. */
function operatorTable(summaries: readonly KindSummary[], { cycles, nonOperatorCycles }: Evaluation): string {
  const rows = summaries.map((each) => [
    nameOfKind(each),
    String(each.cycles),
    percent(each.cycles / cycles),
    each.utilisation === null ? "-" : percent(each.utilisation),
    each.boundBy,
  ]);
  for (const [name, count] of Object.entries(nonOperatorCycles)) {
    if (count > 0) rows.push([name, String(count), percent(count / cycles), "-", "-"]);
  }
  return renderTable(["operators", "cycles", "share", "utilisation", "bound by"], rows);
}

/** Where the energy goes, mJ an inference; null where it is not known. */
function energyTable(summaries: readonly KindSummary[], { nonOperatorEnergy }: Evaluation): string | null {
  const sources = ENERGY_SOURCES.filter((source) => summaries.some(({ energy }) => (energy[source] ?? 0) > 0));
  if (sources.length === 0) return null;
  const millijoules = (joules: number): string => (joules === 0 ? "-" : (joules * 1e3).toFixed(3));
  const rows = summaries.map((each) => [
    nameOfKind(each),
    millijoules(Object.values(each.energy).reduce((sum, part) => sum + part, 0)),
    ...sources.map((source) => millijoules(each.energy[source] ?? 0)),
  ]);
  for (const [name, joules] of Object.entries(nonOperatorEnergy)) {
    if (joules > 0)
      rows.push([name, millijoules(joules), ...sources.map((source) => millijoules(source === "static" ? joules : 0))]);
  }
  // What needs least is missed least.
  const needs = (source: string): number => summaries.reduce((sum, { energy }) => sum + (energy[source] ?? 0), 0);
  const optional = [...sources].sort((a, b) => needs(a) - needs(b));
  return renderTable(["energy, mJ", "all", ...sources], rows, optional);
}

/** From the lanes and the array outwards. */
const ENERGY_SOURCES = ["mac", "vector", "register", "local", "global", "link", "dram", "static"];
