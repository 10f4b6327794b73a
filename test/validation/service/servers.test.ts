import { describe, expect, it } from "vitest";
import { runService, serviceOf } from "../../../src/service/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting, readYaml, specSetOf } from "../../../src/spec/index.ts";
import { meanOf, percentText, servingRows } from "../../fixtures/serving/rows.ts";

/** Fitted on the rows of 1,024 tokens in (TensorRT-LLM 1.0.0rc3); the others are looked at. */
const HOST = ["perStep=0.24 ms", "perSequence=30 us", "perPrefill=17.6 ms", "overlap=true"];
const FITTED = "1024";

const specs = applySettings(
  specSetOf({ hardware: loadHardware("h100"), model: loadModel("llama-3-8b") }),
  HOST.map((each) => parseSetting(`runtime.host.${each}`)),
  [],
);

const rows = servingRows("servers_h100.csv").map((row) => ({
  ...{ tensor: Number(row["tensor_parallel"]), prompt: row["input_tokens"]!, output: row["output_tokens"]! },
  ...{ concurrency: row["concurrency"]!, ttft: Number(row["ttft_ms"]) / 1e3, tpot: Number(row["tpot_ms"]) / 1e3 },
}));

function modelled({ tensor, prompt, output, concurrency }: (typeof rows)[number]) {
  const text = `requests: { prompt: ${prompt}, output: ${output} }\narrival: { concurrency: ${concurrency} }\n`;
  const spec = serviceOf(readYaml(`${text}server: { chunk: 8192 }\nparallel: { tensor: ${tensor} }\n`, "row"));
  const { measured } = runService(specs, spec, { engine: "steady" });
  return measured!.steady;
}

describe("a TensorRT-LLM server of Llama 3.1 8B on H100s: time per token at 2,048 tokens in, host fitted at 1,024", () => {
  it("has its 120 rows", () => expect(rows).toHaveLength(120));

  it.each([
    [1, 0.06],
    [2, 0.06],
    [4, 0.12],
    [8, 0.12],
  ])("tensor %i: mean error at most %f", { timeout: 400_000 }, (tensor, bar) => {
    const own = rows.filter((row) => row.tensor === tensor);
    const all = own.map((row) => ({ row, model: modelled(row) }));
    const held = all.filter(({ row }) => row.prompt !== FITTED);
    expect(held.length).toBeGreaterThan(10);
    const errors = held.map(({ row, model }) => Math.abs(model.tpot / row.tpot - 1));
    const first = meanOf(held.map(({ row, model }) => model.ttft / row.ttft));
    console.info(
      `tensor ${tensor}: time per token ${percentText(meanOf(errors))} off in the mean, worst ${percentText(Math.max(...errors))};`,
      `first token ${first.toFixed(2)} of the measured, which holds a start-up of each run`,
    );
    expect(meanOf(errors)).toBeLessThanOrEqual(bar);
  });
});
