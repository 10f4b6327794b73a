import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importScaleSim, importTopology } from "../../../src/peers/index.ts";
import { simulateGemms } from "../../../src/sim/index.ts";
import {
  applySettings,
  loadModel,
  parseHardware,
  parseSetting,
  type Hardware,
  type ModelSpec,
} from "../../../src/spec/index.ts";
import { readPeerTable, type PeerRow } from "../../fixtures/peers/peers.ts";

// Files of SCALE-Sim imported as they are, against the cycles that SCALE-Sim itself reports for them. It numbers cycles from 0 and
// reports the last one, so that there is one cycle more.

const textOf = (name: string): string =>
  readFileSync(new URL(`../../fixtures/peers/scale-sim/${name}`, import.meta.url), "utf8");

const machine = (config: string): Hardware =>
  parseHardware(importScaleSim(config, { file: "a.cfg", otherwise: "a" }).hardware);

/** Its stall-free mode streams operands whole, whatever the memories hold; the importer says which settings say so. */
const stallFree = (hardware: Hardware): Hardware =>
  applySettings(
    { hardware, model: loadModel("bert-tiny") },
    ["input", "weight", "output"].map((each) => parseSetting(`localBuffer.size.${each}=unlimited`)),
  ).hardware;

const layers = (name: string): ModelSpec => importTopology(textOf(name), { file: name, name }).model;

/** Cycles of each layer of a topology. */
function cyclesOf(hardware: Hardware, model: ModelSpec): readonly number[] {
  if (model.family !== "operators") throw new Error("no list of operators");
  return model.operators.map((each) => {
    if (each.kind !== "product") throw new Error(`${each.name} is no product`);
    const [result] = simulateGemms(hardware, [{ batch: 1, m: each.m, n: each.n, k: each.k, sharedB: true }]);
    if (result?.kind !== "mapped") throw new Error(`${each.name} is not mapped`);
    return result.timing.cycles;
  });
}

describe("SCALE-Sim's own reports", () => {
  it("edgeTPU.cfg and vww.csv: all 29 layers", () => {
    const report = textOf("vww-edgeTPU-compute.csv").trim().split("\n").slice(1);
    const expected = report.map((row) => Number(row.split(",")[1]) + 1);
    expect(expected.length).toBe(29);
    expect(cyclesOf(machine(textOf("edgeTPU.cfg")), layers("vww.csv"))).toEqual(expected);
  });

  // rundir-accelergy, sparsity_results and test/golden_trace of the repository.
  it.each([
    ["os", "test.csv", 21_479],
    ["os", "alexnet.csv", 121_124],
    ["ws", "alexnet.csv", 112_283],
  ])("scale.cfg with %s and the first layer of %s: %d", (dataflow, topology, last) => {
    const config = textOf("scale.cfg").replace("Dataflow : os", `Dataflow : ${dataflow}`);
    expect(cyclesOf(stallFree(machine(config)), layers(topology))[0]).toBe(last + 1);
  });
});

describe("SCALE-Sim v3, stall free, from a configuration for each row", () => {
  const { rows } = readPeerTable("scalesim_gemm.csv");

  const configOf = (row: PeerRow): string =>
    [
      "[general]",
      `run_name = ${row.text("gemm")}`,
      "[architecture_presets]",
      `ArrayHeight: ${row.text("array_rows")}`,
      `ArrayWidth: ${row.text("array_cols")}`,
      `IfmapSramSzkB: ${row.text("ifmap_sram_kib")}`,
      `FilterSramSzkB: ${row.text("filter_sram_kib")}`,
      `OfmapSramSzkB: ${row.text("ofmap_sram_kib")}`,
      `Dataflow: ${row.text("dataflow")}`,
      "[run_presets]",
      "InterfaceBandwidth: CALC",
    ].join("\n");

  const ratios = (change: (hardware: Hardware) => Hardware): readonly number[] =>
    rows.map((row) => {
      const [m, n, k] = ["m", "n", "k"].map((each) => row.number(each)) as [number, number, number];
      const csv = `Layer, M, N, K,\n${row.text("gemm")}, ${m}, ${n}, ${k},\n`;
      const { model } = importTopology(csv, { file: "a.csv", name: "a" });
      return cyclesOf(change(machine(configOf(row))), model)[0]! / (row.number("total_cycles") + 1);
    });

  it("streaming operands whole: cycles of all 317 rows", () => {
    const off = ratios(stallFree);
    expect(off.length).toBe(317);
    expect(off.filter((each) => each !== 1)).toEqual([]);
  });

  it("with memories that bound a tile: never faster, and equal on nearly all", () => {
    const off = ratios((hardware) => hardware);
    const equal = off.filter((each) => each === 1).length;
    const worst = Math.max(...off);
    console.log(
      `SCALE-Sim, real sizes: ${equal} of ${off.length} rows equal, the worst ${worst.toFixed(4)} of the peer's`,
    );
    expect(Math.min(...off)).toBeGreaterThanOrEqual(1);
    expect(equal).toBeGreaterThanOrEqual(309);
  });
});
