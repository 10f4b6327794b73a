import { describe, expect, it } from "vitest";
import { energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import type { Mapping } from "../../../src/mapping/mapping.ts";
import { simulateMapping, type EnergyCoefficients, type MappedGemm } from "../../../src/sim/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { readPeerTable, type PeerRow } from "../../fixtures/peers/peers.ts";
import { mappingsOf, shapeOf, timeloopNest, zigzagNest, type LoopNest } from "./peer-nests.ts";

interface Peer {
  readonly hardware: string;
  readonly table: string;
  readonly nestOf: (row: PeerRow) => LoopNest;
  /** Bytes that the peer moves over its DRAM port, per operand. */
  readonly dramBytes: (row: PeerRow) => readonly number[];
  readonly cycles: (row: PeerRow) => number;
  /** What of our timing the peer counts. */
  readonly ownCycles: (own: MappedGemm) => number;
}

const zigzag: Peer = {
  hardware: "zigzag-16x16",
  table: "zigzag_gemm.csv",
  nestOf: zigzagNest,
  dramBytes: (row) =>
    ["dram_input_reads_128b_words", "dram_weight_reads_128b_words", "dram_output_writes_128b_words"].map(
      (column) => 16 * row.number(column),
    ),
  cycles: (row) => row.number("cycles_total"),
  ownCycles: ({ timing }) => timing.cycles,
};
const timeloop: Peer = {
  hardware: "timeloop-16x16",
  table: "timeloop_gemm.csv",
  nestOf: timeloopNest,
  dramBytes: (row) =>
    ["dram_input_reads_words", "dram_weight_reads_words", "dram_output_updates_words"].map((column) =>
      row.number(column),
    ),
  cycles: (row) => row.number("cycles"),
  ownCycles: ({ timing }) => timing.cycles - timing.firstFillCycles - timing.lastDrainCycles,
};

interface Comparison {
  readonly gemm: string;
  readonly cycles: number;
  readonly peerCycles: number;
  readonly energy: number;
  readonly peerEnergy: number;
}

function evaluate(hardware: Hardware, row: PeerRow, mapping: Mapping): MappedGemm | null {
  try {
    const result = simulateMapping(hardware, { batch: 1, ...shapeOf(row), sharedB: false }, mapping);
    return result.kind === "mapped" ? result : null;
  } catch (error) {
    if (error instanceof Error && error.message.includes("not legal")) return null;
    throw error;
  }
}

/** The peer's mapping on our model; null where it cannot be written in our terms: not legal here, or other DRAM traffic. */
function compare(peer: Peer, hardware: Hardware, energy: EnergyCoefficients, row: PeerRow): Comparison | null {
  const moved = peer.dramBytes(row);
  for (const mapping of mappingsOf(peer.nestOf(row), shapeOf(row), hardware.array.dataflow)) {
    const own = evaluate(hardware, row, mapping);
    if (own === null) continue;
    const { reads, writes } = own.counters.dram;
    // Rounding up fractional steps moves a few per cent more; another number of passes over an operand moves twice as much.
    const isSame = [reads.input, reads.weight, writes.output].every((x, i) => Math.abs(x / moved[i]! - 1) < 0.05);
    if (!isSame) continue;
    return {
      gemm: `${row.text("gemm")} ${peer === zigzag ? row.text("objective") : ""}`.trim(),
      cycles: peer.ownCycles(own),
      peerCycles: peer.cycles(row),
      energy: gemmEnergy(own.counters, own.timing.cycles, energy).total * 1e12,
      peerEnergy: row.number("energy_total_pj"),
    };
  }
  return null;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function compareAll(peer: Peer): readonly Comparison[] {
  const hardware = loadHardware(peer.hardware);
  const energy = energyCoefficients(hardware, { profile: "calibrated", factors: {} });
  if ("total" in energy) throw new Error(energy.reason);
  const table = readPeerTable(peer.table);
  const all = table.rows.map((row) => compare(peer, hardware, energy, row));
  const written = all.filter((each) => each !== null);
  for (const each of written) {
    const ratios = `cycles ${(each.cycles / each.peerCycles).toFixed(3)}, energy ${(each.energy / each.peerEnergy).toFixed(3)}`;
    console.log(`${each.gemm}: ${each.cycles} / ${each.peerCycles} cycles; ratios: ${ratios}`);
  }
  console.log(
    `${peer.hardware}: ${written.length} of ${all.length} mappings written in our terms; median error of cycles ` +
      `${(100 * cyclesError(written)).toFixed(2)} %, of energy ${(100 * energyError(written)).toFixed(2)} %`,
  );
  return written;
}

const cyclesError = (all: readonly Comparison[]): number => median(all.map((x) => Math.abs(x.cycles / x.peerCycles - 1)));
const energyError = (all: readonly Comparison[]): number => median(all.map((x) => Math.abs(x.energy / x.peerEnergy - 1)));

describe("peers' own mappings on our model", () => {
  it("ZigZag", () => {
    const all = compareAll(zigzag);
    expect(all.length).toBeGreaterThanOrEqual(1);
  });
  it("Timeloop", () => {
    const all = compareAll(timeloop);
    expect(all.length).toBeGreaterThanOrEqual(1);
  });
});
