import { describe, expect, it } from "vitest";
import { chargedCounters, energyCoefficients, gemmEnergy } from "../../../src/cost/index.ts";
import { simulateGemms, type GemmCounters } from "../../../src/sim/index.ts";
import { readFixture } from "../../fixtures/cost/csv.ts";
import { hardwareAt, technology } from "../../fixtures/cost/hardware.ts";

const PUBLISHED = technology("published");
const hardwareRows = readFixture("estimator_hardware.csv");
const rows = readFixture("estimator_gemm.csv");
type Row = (typeof rows)[number];

function hardwareOf(row: Row) {
  const of = (column: string): number => Number(row[column]);
  const machine = hardwareRows.find((each) => each["hw_id"] === row["hw_id"]);
  return hardwareAt(
    {
      cores: of("cluster_num"),
      rows: of("pe_width"),
      cols: of("pe_depth"),
      localKib: Number(machine?.["effective_l2_kib"]),
      localBandwidth: of("l2_bw_words_per_cycle"),
      globalMib: of("glb_mib"),
    },
    {
      array: {
        ...hardwareAt({ rows: of("pe_width"), cols: of("pe_depth") }).array,
        dataflow: ["weight-stationary", "output-stationary", "input-stationary"],
        accumulators: { count: 32, per: "column" },
      },
    },
  );
}

/** What the reference's mapping unrolls over the array: `pe_array_spatial:k64 n32`. */
function spatialOf(row: Row) {
  const text = /pe_array_spatial:([^;]*)/.exec(row["mapping"] ?? "")?.[1] ?? "";
  const of = (dimension: string): number => Number(new RegExp(`${dimension}(\\d+)`).exec(text)?.[1] ?? 1);
  return { rows: { m: of("m"), n: of("n"), k: of("k") }, cols: { m: 1, n: 1, k: 1 } };
}

/** The reference's own traffic at the local buffer, its sums of 8 bits in accumulators. */
function referenceCounters(row: Row): GemmCounters {
  const of = (column: string): number => Number(row[column]);
  const none = { input: 0, weight: 0, output: 0 };
  const still = { reads: none, writes: none };
  const sums = { ...none, output: of("macs") / spatialOf(row).rows.k };
  return {
    macs: of("macs"),
    dram: still,
    global: still,
    local: {
      reads: { ...none, weight: of("l2_weight_read_words") },
      writes: { ...none, weight: of("glb_weight_read_words"), input: of("glb_input_read_words") },
    },
    register: { reads: sums, writes: sums },
    array: { inputReads: 0, weightReads: 0, outputReads: 0, outputWrites: 0 },
  };
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? NaN;
}

function coefficientsOf(row: Row) {
  const cost = energyCoefficients(hardwareOf(row), PUBLISHED);
  if ("total" in cost) throw new Error(cost.reason);
  return cost;
}

describe("published estimator: single GEMMs (estimator_gemm.csv)", () => {
  it("has its rows", () => {
    expect(rows.length).toBe(120);
  });

  it("energy at the local buffer follows the charging rules, given the reference's mapping", () => {
    const ratios = rows.map((row) => {
      const mapping = { spatial: spatialOf(row), arraySplit: { b: 1, m: 1, n: 1 } };
      const charged = chargedCounters(referenceCounters(row), mapping, hardwareOf(row), PUBLISHED);
      return (gemmEnergy(charged, 0, coefficientsOf(row)).parts["local"]! * 1e12) / Number(row["energy_l2_pj"]);
    });
    console.info(
      `local buffer, rules on the reference's mapping: 10 % ${quantile(ratios, 0.1)}, 50 % ${quantile(ratios, 0.5)}, 90 % ${quantile(ratios, 0.9)} of the reference`,
    );
    expect(Math.abs(quantile(ratios, 0.5) - 1)).toBeLessThan(0.005);
    expect(quantile(ratios, 0.1)).toBeGreaterThan(0.95);
    expect(quantile(ratios, 0.9)).toBeLessThan(1.01);
  });

  it("own mappings: MACs and DRAM alike, linear layers 16 % above in energy (32-bit sums), attention below (any tile size)", () => {
    const byKind = new Map<string, { energy: number[]; dram: number[]; mac: number[] }>();
    for (const row of rows) {
      const of = (column: string): number => Number(row[column]);
      const problem = { batch: of("batch"), m: of("rows_m"), n: of("cols_n"), k: of("depth_k"), sharedB: true };
      const hardware = hardwareOf(row);
      const cost = coefficientsOf(row);
      const [result] = simulateGemms(hardware, [problem], { objective: "carbon", effort: "fast", energy: cost });
      if (result?.kind !== "mapped") throw new Error(`${row["op"]}: no mapping`);
      const charged = chargedCounters(result.counters, result.mapping, hardware, PUBLISHED);
      const { total, parts } = gemmEnergy(charged, result.timing.cycles, cost);
      const kind = /^attn_(scores|context)/.test(row["op"] ?? "") ? "attention" : "linear";
      const group = byKind.get(kind) ?? { energy: [], dram: [], mac: [] };
      group.energy.push((total * 1e12) / of("energy_pj"));
      group.dram.push((parts["dram"]! * 1e12) / of("energy_dram_pj"));
      group.mac.push((parts["mac"]! * 1e12) / of("energy_mac_pj"));
      byKind.set(kind, group);
    }
    for (const [kind, { energy, dram, mac }] of byKind) {
      const shown = [energy, dram, mac].map((ratios) => quantile(ratios, 0.5).toFixed(3));
      console.info(
        `${kind}, ${energy.length} rows, median of ours / reference: energy ${shown[0]}, DRAM ${shown[1]}, MAC ${shown[2]}`,
      );
      for (const ratio of mac) expect(Math.abs(ratio - 1)).toBeLessThan(1e-3);
    }
    const linear = byKind.get("linear")!;
    expect(quantile(linear.energy, 0.5)).toBeGreaterThan(1);
    expect(quantile(linear.energy, 0.5)).toBeLessThan(1.25);
    expect(quantile(linear.dram, 0.5)).toBeCloseTo(1, 2);
    expect(quantile(byKind.get("attention")!.energy, 0.5)).toBeLessThan(0.9);
  });
});
