import { describe, expect, it } from "vitest";
import { simulateGemms } from "../../../src/sim/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { readPeerTable, type PeerRow } from "../../fixtures/peers/peers.ts";

/**
 * Preset `stonne-os` against STONNE's output-stationary mesh, on the rows whose distribution network brings at least R + C
 * words a cycle: exact up to the constant of each fold, 5 cycles, or 4 where the fold uses one row or one column.
 */
const table = readPeerTable("stonne_gemm.csv");
const preset = loadHardware("stonne-os");

function size(row: PeerRow): { rows: number; cols: number } {
  return { rows: row.number("array_rows"), cols: row.number("array_cols") };
}

function pieces(extent: number, size: number): number[] {
  const result: number[] = [];
  for (let at = 0; at < extent; at += size) result.push(Math.min(size, extent - at));
  return result;
}

function constantOf(row: PeerRow): number {
  const { rows, cols } = size(row);
  let cycles = 0;
  for (const r of pieces(row.number("m"), rows)) {
    for (const c of pieces(row.number("n"), cols)) cycles += r === 1 || c === 1 ? 4 : 5;
  }
  return cycles;
}

const fed = table.rows.filter((row) => {
  const { rows, cols } = size(row);
  return row.number("distribution_bw_words_per_cycle") >= rows + cols;
});

describe("STONNE, output-stationary mesh", () => {
  it("the fixture is the one described", () => {
    expect(table.rows.length).toBe(112);
    expect(fed.length).toBe(35);
    expect(table.sha256).toBe("15203531ca5cb6eb793435c3fbf1e5d778248758e2cf2397ae00f6e062c160d2");
  });

  it("cycles are exact up to the constant of each fold where the network does not stall", () => {
    const wrong: unknown[] = [];
    for (const row of fed) {
      const problem = { batch: 1, m: row.number("m"), n: row.number("n"), k: row.number("k"), sharedB: true };
      const [result] = simulateGemms({ ...preset, array: { ...preset.array, ...size(row) } }, [problem]);
      const cycles = result?.kind === "mapped" ? result.timing.cycles : null;
      const expected = row.number("total_cycles") - constantOf(row);
      if (cycles !== expected) wrong.push({ name: row.text("gemm"), ...size(row), expected, cycles });
    }
    expect(wrong).toEqual([]);
  });
});
