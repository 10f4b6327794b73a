import { expect, it } from "vitest";
import { evaluate, summarisePhases } from "../../../src/evaluate/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting, specSetOf } from "../../../src/spec/index.ts";

const base = specSetOf({ hardware: loadHardware("h100"), model: loadModel("llama-3.2-1b") });

function run(...texts: readonly string[]) {
  const all = ["model.text.tokens=64", "model.generatedTokens=10", "deployment.batch=4", ...texts];
  const result = evaluate({
    ...applySettings(base, all.map(parseSetting), []),
    mapper: { objective: "latency", effort: "fast" },
  });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return { ...result, seconds: result.latency_s, phases: summarisePhases(result) };
}

const alone = run();
const added = (...texts: readonly string[]): number => run(...texts).seconds - alone.seconds;

it.each([
  [["runtime.host.perStep=1 ms"], 10e-3],
  [["runtime.host.perStep=1 ms", "runtime.host.perSequence=0.1 ms"], 14e-3],
  [["runtime.host.perPrefill=2 ms"], 2e-3],
  [["runtime.host.tokensPerSecond=1000"], 40e-3],
  [["runtime.host.requestsPerSecond=100"], 40e-3],
])("%j: the host's time, counted by hand", (texts, seconds) => {
  expect(added(...texts)).toBeCloseTo(seconds, 8);
});

it("beside the device only what is longer than its own work counts, and the part of each step that it waits in", () => {
  const [, decode] = alone.phases;
  expect(added("runtime.host.perSequence=0.001 ms", "runtime.host.overlap=true")).toBe(0);
  expect(added("runtime.host.perStep=0.01 ms", "runtime.host.overlap=true")).toBeCloseTo(0.1e-3, 8);
  const long = run("runtime.host.perSequence=5 ms", "runtime.host.overlap=true");
  expect(long.phases[1]!.latency).toBeCloseTo(0.2, 8);
  expect(long.seconds).toBeCloseTo(alone.seconds - decode!.latency + 0.2, 8);
});

it("phases are the inference, and waiting costs what standing still does", () => {
  const { phases, seconds, nonOperatorCycles, nonOperatorEnergy, design } = run("runtime.host.perStep=1 ms");
  expect(phases.reduce((sum, { latency }) => sum + latency, 0)).toBeCloseTo(seconds, 8);
  expect(nonOperatorCycles["host"]).toBe(Math.round(10e-3 * design.hardware.clock));
  const { launch, host } = nonOperatorEnergy;
  expect(host! / launch!).toBeCloseTo(nonOperatorCycles["host"]! / nonOperatorCycles["launch"]!, 9);
});
