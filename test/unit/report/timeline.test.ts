import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCore, readSpecs, type Evaluation } from "../../../src/core/index.ts";
import { timelineOf } from "../../../src/live/timeline.ts";

const core = await loadCore(readFileSync("build/core.wasm"));
function evaluated(model: string, hardware: string): Evaluation {
  const { result } = core.simulate(readSpecs({ model, hardware, settings: {} }));
  if (result.kind === "infeasible") throw new Error(result.detail);
  return result;
}

test("the worked example of docs/model/time.md: 30 cycles of first fill, 19 of last drain, 97 in all", () => {
  const timing = {
    ...{ cycles: 97, computeCycles: 54, stallCycles: { dram: 42, global: 1, local: 0 }, firstFillCycles: 30 },
    lastDrainCycles: 19,
  };
  const product = {
    ...{ name: "product", count: 2, cycles: 97, launchCycles: 3, waitCycles: 0 },
    ...{ gemm: { kind: "mapped", timing }, portCycles: { dram: 38, global: 19, local: 0 } },
  };
  const vector = { ...product, name: "vector", count: 1, cycles: 10, launchCycles: 0, gemm: null };
  const design = { hardware: { clock: 1e9 } };
  const evaluation = { design, operators: [product, vector] } as unknown as Evaluation;
  expect(timelineOf(evaluation, 0)).toEqual({
    ...{ cycles: 100, seconds: 1e-7, begins: 0 },
    rows: [
      { name: "launch", from: 0, cycles: 3 },
      { name: "first fill", from: 3, cycles: 30 },
      { name: "streams", from: 33, cycles: 48 },
      { name: "last drain", from: 81, cycles: 19 },
      { name: "array computes", from: null, cycles: 54 },
      { name: "array waits for DRAM", from: null, cycles: 42 },
      { name: "array waits for the global buffer", from: null, cycles: 1 },
      { name: "DRAM port is busy", from: null, cycles: 38 },
      { name: "global buffer's port is busy", from: null, cycles: 19 },
    ],
  });
  // Two runs of 100 cycles before it.
  expect(timelineOf(evaluation, 1)).toMatchObject({ begins: 2e-7, cycles: 10 });
  expect(timelineOf(evaluation, 1).rows[0]).toEqual({ name: "vector lanes", from: 0, cycles: 10 });
});

test("parts in order of time add up to the run, and the last operator ends with the inference", () => {
  const evaluation = evaluated("vit-s16", "catransformers-22nm");
  evaluation.operators.forEach((operator, at) => {
    const { rows, cycles } = timelineOf(evaluation, at);
    const ordered = rows.filter(({ from }) => from !== null);
    expect(
      ordered.reduce((sum, row) => sum + row.cycles, 0),
      operator.name,
    ).toBeCloseTo(cycles, 6);
    for (const row of rows) expect(row.cycles, `${operator.name}: ${row.name}`).toBeLessThanOrEqual(cycles * 1.000001);
  });
  const { begins, seconds } = timelineOf(evaluation, evaluation.operators.length - 1);
  const { count } = evaluation.operators.at(-1)!;
  expect(begins + count * seconds).toBeCloseTo(evaluation.latency_s, 9);
});
