import { describe, expect, it } from "vitest";
import { energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import { simulateStream } from "../../../src/evaluate/index.ts";
import type { EnergyCoefficients, MappingObjective } from "../../../src/sim/index.ts";
import { loadHardware, PLAIN_SCHEDULE, scheduleOf } from "../../../src/spec/index.ts";
import { readPeerTable } from "../../fixtures/peers/peers.ts";

/**
 * Preset `zigzag-16x16` against the best mappings that ZigZag 3.8.5 found on its own architecture. Energy objective: no more
 * energy than the peer. Latency objective: cycles against the peer's `cycles_total`, load and store included.
 *
 * ZigZag counts loads from DRAM that happen once as hidden behind the whole computation: 128 × 128 × 128 takes it 12 cycles over
 * the ideal 8192, where the first 256 weights alone take 16 cycles over a DRAM port of 16 B a cycle. The preset says so with
 * `schedule.prefetch`: products follow each other, and what the next one needs may come while one runs. It is compared without,
 * too: `leastCycles` says what no schedule in which data arrive between start and use can be below; the peer's total is on five of
 * the 20 rows.
 */
const table = readPeerTable("zigzag_gemm.csv");
const hardware = loadHardware("zigzag-16x16");
const technology = { profile: "calibrated", factors: {} } as const;
const energy = knownEnergies();

function knownEnergies(): EnergyCoefficients {
  const coefficients = energyCoefficients(hardware, technology);
  if ("total" in coefficients) throw new Error(coefficients.reason);
  return coefficients;
}

/** Elements along each side of the array, and bytes that DRAM brings a cycle: a row of inputs or of weights for the array. */
const SIDE = 16;
/** The adder tree, and a cycle each for the first data out of the buffer and for the last sums into it and into DRAM. */
const PASSAGE = Math.log2(SIDE) + 3;

/**
 * Cycles below which no schedule can be on this architecture, whatever it holds where. The array takes a step for a row of A, at most
 * 16 of k and 16 of n: S = M·⌈N/16⌉·⌈K/16⌉ of them, or M more for every tile along n or k beyond the fewest. Say K is a multiple of
 * 16, so that all tiles along k are whole, and let weights of a second tile along n (n₂ wide; the first n₁) be complete at time t.
 * Each step until then takes 16 inputs that no other one has taken, and DRAM has brought 16 t bytes, at least 16 (n₁ + n₂) of them
 * weights: so no more than t − n₁ − n₂ steps are done, and the end is not before S + n₁ + n₂. Else the smallest tile of weights has
 * to be there before the first step.
 */
function leastCycles(m: number, n: number, k: number): number {
  const tilesN = Math.ceil(n / SIDE);
  const tilesK = Math.ceil(k / SIDE);
  const narrowest = n - SIDE * (tilesN - 1);
  const shortest = k - SIDE * (tilesK - 1);
  const twoTiles = tilesN === 1 ? n : narrowest + SIDE;
  const wait = k % SIDE === 0 ? twoTiles : Math.ceil((narrowest * shortest) / SIDE);
  return m * tilesN * tilesK + Math.min(wait, m * Math.min(tilesN, tilesK)) + PASSAGE;
}

interface Row {
  readonly gemm: string;
  readonly ratio: number;
  /** Whether a schedule can be as good as the peer's, as far as is known. */
  readonly isReachable: boolean;
}

function ratios(objective: MappingObjective, { prefetch } = scheduleOf({ hardware })): readonly Row[] {
  return table.rows
    .filter((row) => row.text("objective") === objective)
    .map((row) => {
      const problem = { batch: 1, m: row.number("m"), n: row.number("n"), k: row.number("k"), sharedB: false };
      const { result } = simulateStream(hardware, [problem], {
        technology,
        objective,
        effort: "fast",
        energy,
        prefetch,
      })[0]!;
      if (result.kind !== "mapped") throw new Error(`${row.text("gemm")} is not mapped`);
      const { cycles } = result.timing;
      const picojoules = gemmEnergy(result.counters, cycles, energy).total * 1e12;
      const least = leastCycles(problem.m, problem.n, problem.k);
      if (!prefetch) expect(cycles, row.text("gemm")).toBeGreaterThanOrEqual(least);
      const peer = row.number(objective === "energy" ? "energy_total_pj" : "cycles_total");
      const ratio = (objective === "energy" ? picojoules : cycles) / peer;
      return { gemm: row.text("gemm"), ratio, isReachable: objective === "energy" || peer >= least };
    });
}

const worst = (all: readonly Row[]): number => Math.max(...all.map(({ ratio }) => ratio));
const median = (all: readonly Row[]): number =>
  all.map(({ ratio }) => ratio).sort((a, b) => a - b)[Math.floor(all.length / 2)]!;

const listed = (rows: readonly Row[]): string =>
  rows.map(({ gemm, ratio }) => `${gemm} ${ratio.toFixed(4)}`).join(", ");
const summary = (all: readonly Row[]): string => `median ${median(all).toFixed(3)}, worst ${worst(all).toFixed(4)}`;

describe("ZigZag, 16 × 16 with weight registers and column accumulators", () => {
  it("the fixture is the one described", () => {
    expect(table.rows.length).toBe(40);
    expect(table.sha256).toBe("5137eb8f62583aefd1ecfe5c4c6332a5964ba52b3932027d4279eee5a530cfc7");
  });

  it("energy: no more than the peer", () => {
    const all = ratios("energy");
    console.log(`ZigZag, energy: worst of ${all.length} rows ${worst(all).toFixed(6)} of the peer's`);
    expect(worst(all)).toBeLessThanOrEqual(1 + 1e-9);
  });

  it("latency: no slower than the peer on any row", () => {
    const all = ratios("latency");
    const slower = all.filter(({ ratio }) => ratio > 1);
    console.log(`ZigZag, latency: no slower on ${all.length - slower.length} of ${all.length} rows, ${summary(all)}`);
    expect(slower.length).toBe(0);
  });

  it("latency without prefetch: no slower on all but one of the rows that a schedule can reach, within 2 % on every row", () => {
    const all = ratios("latency", PLAIN_SCHEDULE);
    const reachable = all.filter(({ isReachable }) => isReachable);
    const slower = reachable.filter(({ ratio }) => ratio > 1);
    console.log(
      `ZigZag, latency without prefetch: no slower on ${reachable.length - slower.length} of the ${reachable.length} rows ` +
        `that a schedule can reach (of ${all.length}), else ${listed(slower)}; of all rows: ${summary(all)}`,
    );
    expect(reachable.length).toBeGreaterThanOrEqual(15);
    expect(slower.length).toBeLessThanOrEqual(1);
    expect(median(all)).toBeLessThan(1);
    expect(worst(all)).toBeLessThan(1.02);
  });
});
