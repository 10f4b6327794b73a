import { describe, expect, it } from "vitest";
import { runService, serviceOf } from "../../../src/service/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting, readYaml, specSetOf } from "../../../src/spec/index.ts";
import { meanOf, percentText, servingRows } from "../../fixtures/serving/rows.ts";

/**
 * Fitted to every second row at 250 tokens in: energy of a MAC in batches of 8 to 768 rows, which is four times that of the largest
 * products (docs/hardware.md), of a byte, and vLLM's time for each sequence.
 */
const FITTED = ["boardPower.mac=5 pJ", "boardPower.dramByte=135 pJ/B", "runtime.host.perSequence=10 us"];

const base = specSetOf({ hardware: loadHardware("h100"), model: loadModel("llama-3-8b") });
const rows = servingRows("energy_h100.csv");

/** Errors of J an output token and of output tokens a second, as shares. */
function errorsAt(
  prompt: number,
  settings: readonly string[],
): readonly { readonly joules: number; readonly tokens: number }[] {
  const specs = applySettings(base, settings.map(parseSetting), []);
  return rows.map((row) => {
    const lengths = `prompt: { mean: ${prompt}, cv: 1 }, output: { mean: ${row["mean_output_tokens"]}, cv: 1 }`;
    const server = "server: { chunk: 8192, maxSequences: 1024 }";
    const text = `requests: { ${lengths} }\narrival: { concurrency: ${row["max_concurrency"]} }\n${server}\n`;
    const { measured, bill, plant } = runService(specs, serviceOf(readYaml(text, "row")), { engine: "steady" });
    return {
      joules: bill!.energy.total! / plant!.load.output / Number(row["energy_per_output_token_j"]) - 1,
      tokens: measured!.outputTokensPerSecond / Number(row["output_tokens_per_s"]) - 1,
    };
  });
}

describe("vLLM with Llama 3.1 8B on an H100, 8 to 768 requests in flight: J of the board for an output token", () => {
  it("250 tokens in, board and host fitted to every second row: the others within 20 %", { timeout: 400_000 }, () => {
    const errors = errorsAt(250, FITTED);
    expect(errors).toHaveLength(11);
    const held = errors.filter((_, i) => i % 2 === 1);
    console.info(`held rows: J ${held.map(({ joules }) => percentText(joules)).join(", ")}`);
    console.info(`held rows: tokens/s ${held.map(({ tokens }) => percentText(tokens)).join(", ")}`);
    for (const { joules, tokens } of held) {
      expect(Math.abs(joules)).toBeLessThanOrEqual(0.2);
      expect(Math.abs(tokens)).toBeLessThanOrEqual(0.1);
    }
  });

  it.each([50, 250, 1000])("%i tokens in, the preset as it is: printed", { timeout: 400_000 }, (prompt) => {
    const errors = errorsAt(prompt, []).map(({ joules }) => joules);
    console.info(
      `prompt ${prompt}: J ${errors.map(percentText).join(", ")}; mean ${percentText(meanOf(errors.map(Math.abs)))}`,
    );
    expect(Math.abs(errors[0]!)).toBeLessThanOrEqual(0.2);
  });
});
