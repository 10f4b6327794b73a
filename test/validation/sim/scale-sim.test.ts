import { describe, expect, it } from "vitest";
import { simulateGemms, type MappedGemm } from "../../../src/sim/index.ts";
import type { Dataflow, Hardware } from "../../../src/spec/hardware.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { readPeerTable, type PeerRow } from "../../fixtures/peers/peers.ts";

/**
 * Preset `scale-sim` against SCALE-Sim v3, stall free: cycles and array reads exact on every row. Writes: the true ones,
 * test/fixtures/peers/README.md. Every partial sum of a weight- or input-stationary fold is a write there and here.
 */
const table = readPeerTable("scalesim_gemm.csv");
const preset = loadHardware("scale-sim");

const DATAFLOWS: Readonly<Record<string, Dataflow>> = {
  ws: "weight-stationary",
  os: "output-stationary",
  is: "input-stationary",
};

function hardwareOf(row: PeerRow): Hardware {
  const dataflow = [DATAFLOWS[row.text("dataflow")]!];
  const array = { ...preset.array, rows: row.number("array_rows"), cols: row.number("array_cols"), dataflow };
  return { ...preset, array };
}

function simulate(row: PeerRow): MappedGemm {
  const problem = { batch: 1, m: row.number("m"), n: row.number("n"), k: row.number("k"), sharedB: true };
  const [result] = simulateGemms(hardwareOf(row), [problem]);
  if (result?.kind !== "mapped") throw new Error("no mapping");
  return result;
}

describe("SCALE-Sim v3, stall free", () => {
  it("the fixture is the one described", () => {
    expect(table.rows.length).toBe(317);
    expect(table.sha256).toBe("8f48180ef691f12040aff2267a56615f28c4ddb6a8d5bf266e8852d6310c1301");
  });

  it("cycles, array reads and writes are exact on every row", () => {
    const wrong: unknown[] = [];
    for (const row of table.rows) {
      const [m, n, rows, cols] = ["m", "n", "array_rows", "array_cols"].map((column) => row.number(column)) as [
        number,
        number,
        number,
        number,
      ];
      const isOutputStationary = row.text("dataflow") === "os";
      const folds = Math.ceil(m / rows) * Math.ceil(n / cols);
      const quirk = isOutputStationary ? folds * (rows + cols) : 0;
      const expected = {
        cycles: row.number("total_cycles") + 1,
        inputReads: row.number("ifmap_sram_reads_words"),
        weightReads: row.number("filter_sram_reads_words"),
        outputWrites: row.number("ofmap_sram_writes_words") - quirk,
      };
      const { timing, counters } = simulate(row);
      const { inputReads, weightReads, outputWrites } = counters.array;
      const found = { cycles: timing.cycles, inputReads, weightReads, outputWrites };
      const name = `${row.text("gemm")} ${rows}x${cols} ${row.text("dataflow")}`;
      if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ name, expected, found });
    }
    expect(wrong).toEqual([]);
  });

  it("nothing stalls", () => {
    for (const row of table.rows) {
      const { timing } = simulate(row);
      expect(timing.stallCycles).toEqual({ dram: 0, global: 0, local: 0 });
      expect(timing.computeCycles).toBe(timing.cycles);
    }
  });
});
