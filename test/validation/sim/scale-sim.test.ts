import { describe, expect, it } from "vitest";
import { simulateGemms, simulateMapping, type MappedGemm } from "../../../src/sim/index.ts";
import type { Dataflow, Hardware } from "../../../src/spec/hardware.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { readPeerTable, type PeerRow } from "../../fixtures/peers/peers.ts";
import { whyIllegal } from "../../oracle/legality.ts";

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

  it.each([16, 64, 256])(
    "with buffers of %i KiB an operand: never above the tile of one fold, where that fits",
    (kibibytes) => {
      const room = kibibytes * 1024;
      const slower: unknown[] = [];
      let fitting = 0;
      for (const row of table.rows) {
        const { localBuffer, ...chip } = hardwareOf(row);
        const hardware = {
          ...chip,
          localBuffer: { ...localBuffer!, size: { input: room, weight: room, output: room } },
        };
        const [m, n, k] = [row.number("m"), row.number("n"), row.number("k")];
        const problem = { batch: 1, m, n, k, sharedB: true };
        // What streams is whole; of the two dimensions that the array holds, as much as it has rows and columns.
        const { spatial } = simulate(row).mapping;
        const held = (d: "m" | "n" | "k"): number => spatial.rows[d] * spatial.cols[d];
        const tile = {
          m: held("m") > 1 ? Math.min(m, held("m")) : m,
          n: held("n") > 1 ? Math.min(n, held("n")) : n,
          k: held("k") > 1 ? Math.min(k, held("k")) : k,
        };
        const twice = { input: true, weight: true, output: true };
        const mapping = { ...simulate(row).mapping, localTile: tile, arrayTile: tile };
        const doubled = { ...mapping, doubleBuffered: { global: twice, local: twice } };
        if (whyIllegal(hardware, problem, doubled) !== null) continue;
        const given = simulateMapping(hardware, problem, doubled) as MappedGemm;
        fitting += 1;
        const [found] = simulateGemms(hardware, [problem]);
        if (found?.kind !== "mapped" || found.timing.cycles > given.timing.cycles * 1.005) {
          slower.push([row.text("gemm"), row.text("dataflow"), found, given.timing.cycles]);
        }
      }
      expect(slower).toEqual([]);
      expect(fitting, "rows of which the buffers hold the tile").toBeGreaterThan(100);
    },
  );
});
