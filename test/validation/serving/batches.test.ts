import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { boardEnergyOf, evaluate } from "../../../src/evaluate/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting, specSetOf } from "../../../src/spec/index.ts";

/** Host times of the engines of 2024: chosen on these rows (0.7 and 1.9 ms a step), as docs/hardware.md says. */
const HOST: Readonly<Record<string, readonly string[]>> = {
  "TensorRT-LLM": ["runtime.host.perStep=0.7 ms"],
  vLLM: ["runtime.host.perStep=1.9 ms", "runtime.host.perSequence=40 us"],
};
const CARD: Readonly<Record<string, string>> = { A100: "a100-40gb", H100: "h100" };

it("closed batches of Llama 2 7B: latency within 10 %, energy of the board within 20 % in the median", () => {
  const text = readFileSync(new URL("../../fixtures/serving/batches_power.csv", import.meta.url), "utf8");
  const rows = text.trim().split("\n").slice(1);
  expect(rows).toHaveLength(10);
  const errors = rows.map((row) => {
    const [, card, engine, tokens, batch, latency, watts] = row.split(",");
    const specs = specSetOf({ hardware: loadHardware(CARD[card!]!), model: loadModel("llama-2-7b") });
    const settings = [
      ...[`model.text.tokens=${tokens}`, `model.generatedTokens=${tokens}`, `deployment.batch=${batch}`],
      ...HOST[engine!]!,
    ];
    const result = evaluate({
      ...applySettings(specs, settings.map(parseSetting), []),
      mapper: { objective: "latency", effort: "fast" },
    });
    if (result.kind !== "evaluated") throw new Error(result.detail);
    const time = result.latency_s / Number(latency) - 1;
    const energy = (boardEnergyOf(result) as number) / (Number(latency) * Number(watts)) - 1;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    console.info(
      `${card}, ${engine}, batch ${batch}: latency ${percent(time)}, energy of the board ${percent(energy)}`,
    );
    return { time: Math.abs(time), energy: Math.abs(energy) };
  });
  for (const { time } of errors) expect(time).toBeLessThanOrEqual(0.1);
  const energies = errors.map(({ energy }) => energy).toSorted((a, b) => a - b);
  expect((energies[4]! + energies[5]!) / 2).toBeLessThanOrEqual(0.2);
  expect(energies[9]!).toBeLessThanOrEqual(0.25);
});
