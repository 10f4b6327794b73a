import { expect, it } from "vitest";
import { evaluate } from "../../../src/evaluate/index.ts";
import { defaultDeployment, loadHardware, loadModel, type Hardware } from "../../../src/spec/index.ts";

function run(hardware: Hardware) {
  const result = evaluate({
    ...{ model: loadModel("bert-base"), hardware, deployment: defaultDeployment() },
    technology: { profile: "calibrated", factors: {} },
    mapper: { objective: "latency", effort: "fast" },
  });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result;
}

it("time is the longest of products, vector work and DRAM, and the work is what it was", () => {
  const gaudi = loadHardware("gaudi-2");
  const { besideProducts, ...vector } = gaudi.vector;
  expect(besideProducts).toBe(true);
  const [alone, beside] = [run({ ...gaudi, vector }), run(gaudi)];
  const sum = (isProduct: boolean) =>
    alone.operators.reduce(
      (all, { gemm, count, cycles }) => all + ((gemm !== null) === isProduct ? count * cycles : 0),
      0,
    );
  const dram = alone.operators.reduce((all, { count, portCycles }) => all + count * portCycles.dram, 0);
  const longest = Math.max(sum(true), sum(false), dram);
  expect(beside.cycles).toBeLessThan(alone.cycles);
  // One tower without phases; each operator is rounded up.
  expect(beside.cycles / longest).toBeCloseTo(1, 2);
  expect(beside.macsExecuted).toBe(alone.macsExecuted);
});
