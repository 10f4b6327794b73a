import { power } from "../math/index.ts";
import { SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../units/index.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** The design of least total carbon under one condition, and what it has: kgCO2e, and J of an inference. */
export interface OptimumAt {
  readonly x: number;
  readonly trial: number | null;
  readonly total: number;
  readonly embodied: number;
  readonly energy: number;
}

/** One condition of use, all others as in the study. */
export interface Sweep {
  readonly name: "grid" | "life" | "duty";
  readonly title: string;
  /** The study's own value, in the unit of the title. */
  readonly own: number;
  readonly optima: readonly OptimumAt[];
  /** Where another design takes over, between two of the conditions. */
  readonly takeovers: readonly Takeover[];
}

/** The condition at which two designs have the same total carbon. */
export interface Takeover {
  readonly x: number;
  readonly from: number | null;
  readonly to: number | null;
}

const POINTS = 41;

/**
 * Which design of the front has the least total carbon when the grid has 68 to 524 gCO2e/kWh, the life is 1 to 6 years, or the
 * slowest of them is busy for 1 to 100 % of the hours of use. Carbon of use is proportional to grid and life, that of inferences
 * to their rate. Designs as accurate as the baseline within its interval compete, as far as they keep up.
 *
 * @returns empty where carbon is not known, or the use is given as a share of time; without the last where work waits
 */
export function sweepsOf(record: RunRecord): readonly Sweep[] {
  const { deployment } = record.study;
  // The number of inferences is another one for each design then.
  if (typeof deployment["duty"] === "number") return [];
  const site = Number(deployment["pue"] ?? 1);
  const candidates = record.front.flatMap((row) => candidateOf(row, record.baseline, site) ?? []);
  const grid = Number(deployment["gridIntensity"]);
  const life = Number(deployment["lifetime"]) / SECONDS_PER_YEAR;
  const rate = rateOf(deployment);
  if (candidates.length === 0 || !(grid > 0 && life > 0 && rate > 0)) return [];
  const slowest = Math.max(...candidates.map(({ latency_s }) => latency_s));
  const sweep = (
    name: Sweep["name"],
    title: string,
    own: number,
    xs: readonly number[],
    totalAt: (candidate: Candidate, x: number) => number,
  ): Sweep => {
    const found = xs.map((x) => optimumAt(candidates, x, totalAt));
    const optima = found.map(({ x, total, candidate: { trial, embodied, energy } }) => ({
      ...{ x, trial, total, embodied, energy },
    }));
    return { name, title, own, optima, takeovers: takeoversIn(found, totalAt) };
  };
  const all = [
    sweep("grid", "Grid (gCO2e/kWh)", grid, linear(68, 524), ({ embodied, inference, idle }, x) => {
      return embodied + ((inference + idle) * x) / grid;
    }),
    sweep("life", "Life (years)", life, linear(1, 6), ({ embodied, inference, idle }, x) => {
      return embodied + ((inference + idle) * x) / life;
    }),
    sweep("duty", "Busy (% of the hours of use)", 100 * rate * slowest, geometric(1, 100), (candidate, x) => {
      const asked = x / 100 / slowest;
      return candidate.embodied + (candidate.inference * asked) / rate + candidate.idle;
    }),
  ];
  // Where work waits, a device that is busier has less room in clean hours.
  const isWaiting = Number(deployment["canWait"] ?? 0) > 0;
  return isWaiting ? all.filter(({ name }) => name !== "duty") : all;
}

interface Candidate {
  readonly trial: number | null;
  readonly latency_s: number;
  readonly embodied: number;
  readonly energy: number;
  /** Carbon of use at the study's own conditions: of inferences, and of the idle power. */
  readonly inference: number;
  readonly idle: number;
}

function candidateOf(
  { trial, metrics, embodied_kgCO2e, operational_kgCO2e, energy_J }: FrontRow,
  baseline: FrontRow | null,
  site: number,
): Candidate | null {
  const latency = metrics["latency_s"];
  if (embodied_kgCO2e === null || operational_kgCO2e === null || energy_J === null) return null;
  if (typeof latency !== "number") return null;
  const least = baseline?.metrics["accuracy_low"];
  if (typeof least === "number" && (metrics["accuracy"] ?? 0) < least) return null;
  // What the site adds to the inferences goes with them.
  const inference =
    (operational_kgCO2e.parts["inference"] ?? 0) * (operational_kgCO2e.parts["site"] === undefined ? 1 : site);
  const idle = operational_kgCO2e.total - inference;
  const [embodied, energy] = [embodied_kgCO2e.total, energy_J.total];
  return { trial, latency_s: latency, embodied, energy, inference, idle };
}

/** Inferences a second of the hours of use. */
function rateOf(deployment: RunRecord["study"]["deployment"]): number {
  const inferences = deployment["inferences"];
  if (typeof inferences !== "number") return Number(deployment["rate"]);
  const days = Number(deployment["lifetime"]) / SECONDS_PER_DAY;
  return inferences / (days * Number(deployment["hoursPerDay"]) * 3600);
}

interface Best {
  readonly x: number;
  readonly candidate: Candidate;
  readonly total: number;
}

function optimumAt(
  candidates: readonly Candidate[],
  x: number,
  totalAt: (candidate: Candidate, x: number) => number,
): Best {
  const all = candidates.map((candidate) => ({ x, candidate, total: totalAt(candidate, x) }));
  return all.reduce((best, each) => (each.total < best.total ? each : best));
}

/** Totals are straight lines over a condition: two of them meet where their difference, taken at both ends, comes to nothing. */
function takeoversIn(
  found: readonly Best[],
  totalAt: (candidate: Candidate, x: number) => number,
): readonly Takeover[] {
  return found.slice(1).flatMap((after, i): readonly Takeover[] => {
    const before = found[i]!;
    if (before.candidate === after.candidate) return [];
    const atFirst = totalAt(after.candidate, before.x) - before.total;
    const atLast = totalAt(before.candidate, after.x) - after.total;
    const share = atFirst + atLast > 0 ? atFirst / (atFirst + atLast) : 0;
    const x = before.x + share * (after.x - before.x);
    return [{ x, from: before.candidate.trial, to: after.candidate.trial }];
  });
}

function linear(from: number, to: number): readonly number[] {
  return Array.from({ length: POINTS }, (_, i) => from + ((to - from) * i) / (POINTS - 1));
}

function geometric(from: number, to: number): readonly number[] {
  return Array.from({ length: POINTS }, (_, i) => from * power(to / from, i / (POINTS - 1)));
}
