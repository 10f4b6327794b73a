import { describe, expect, it } from "vitest";
import { runEvents } from "../../../src/service/events.ts";
import { plantOf, type Plant } from "../../../src/service/plant.ts";
import { serviceOf } from "../../../src/service/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseSetting,
  readYaml,
  specSetOf,
  type DecoderModel,
} from "../../../src/spec/index.ts";
import { meanOf, medianOf, percentText, servingRows } from "../../fixtures/serving/rows.ts";

/** Host times of the engines of 2024, as docs/hardware.md has them: none was fitted to these rows. */
const HOST: Readonly<Record<string, readonly string[]>> = {
  "TensorRT-LLM": ["runtime.host.perStep=0.7 ms"],
  vLLM: ["runtime.host.perStep=1.9 ms", "runtime.host.perSequence=40 us"],
};
const CARDS: Readonly<Record<string, string>> = { A100: "a100-40gb", H100: "h100" };
/** Cards whose rows are looked at alone. */
const OTHERS: Readonly<Record<string, string>> = { ...CARDS, MI300X: "mi300x", "Gaudi-2": "gaudi-2" };

const llama3 = loadModel("llama-3-8b") as DecoderModel;
/** Mistral 7B: as Llama 3 8B, with a vocabulary of 32,000 (its config.json). */
const mistral: DecoderModel = { ...llama3, name: "mistral-7b", text: { ...llama3.text, vocabulary: 32_000 } };
const MODELS = { "Llama-2-7B": loadModel("llama-2-7b"), "Mistral-7B": mistral };

const plants = new Map<string, Plant>();
function plantFor(model: string, card: string, engine: string): Plant {
  const key = `${model} ${card} ${engine}`;
  const known = plants.get(key);
  if (known !== undefined) return known;
  const base = specSetOf({ hardware: loadHardware(OTHERS[card]!), model: MODELS[model as keyof typeof MODELS] });
  const spec = serviceOf(
    readYaml("requests: { prompt: 1024, output: 1024 }\narrival: { rate: 1/s }\nserver: { chunk: 8192 }\n", "batch"),
  );
  const made = plantOf(applySettings(base, (HOST[engine] ?? []).map(parseSetting), []), spec);
  if ("reason" in made) throw new Error(made.reason);
  plants.set(key, made);
  return made;
}

/** s until the first token of the last prompt of a batch that comes at once, and until all are done. */
function closedBatch(plant: Plant, count: number, tokens: number): { readonly first: number; readonly last: number } {
  const lengths = new Int32Array(count).fill(tokens);
  const requests = { count, concurrency: 0, arrivals: new Float64Array(count), cached: new Int32Array(count) };
  const { firsts, ends } = runEvents(
    plant.server,
    { ...requests, prompts: lengths, outputs: lengths },
    { from: 0, to: 1 },
  );
  return { first: Math.max(...firsts), last: Math.max(...ends) };
}

/** Rows by card and engine. */
function groupsOf(rows: ReturnType<typeof servingRows>): ReadonlyMap<string, ReturnType<typeof servingRows>> {
  const names = new Set(rows.map(({ card, engine }) => `${card} ${engine}`));
  return new Map(
    [...names].map((name) => [name, rows.filter(({ card, engine }) => `${card} ${engine}` === name)] as const),
  );
}

const CASES = Object.keys(CARDS).flatMap((card) => Object.keys(HOST).map((engine) => [card, engine] as const));

describe("closed batches of Llama 2 7B and Mistral 7B, 128 to 2,048 tokens in and out", () => {
  it.each(CASES)("%s, %s: latency within 12 percent in the median", { timeout: 400_000 }, (card, engine) => {
    const rows = servingRows("batches.csv").filter((row) => row["card"] === card && row["engine"] === engine);
    expect(rows.length).toBeGreaterThanOrEqual(40);
    const errors = rows.map((row) => {
      const plant = plantFor(row["model"]!, card, engine);
      const { last } = closedBatch(plant, Number(row["batch"]), Number(row["input_and_output_tokens"]));
      return Math.abs(last / Number(row["latency_s"]) - 1);
    });
    console.info(
      `${card}, ${engine}: median ${percentText(medianOf(errors))}, mean ${percentText(meanOf(errors))}, worst ${percentText(Math.max(...errors))}`,
    );
    expect(medianOf(errors)).toBeLessThanOrEqual(0.12);
  });

  it("first token of the last of 16 prompts of 1,024 tokens: each within 25 %", { timeout: 400_000 }, () => {
    const rows = servingRows("first_token.csv").filter((row) => row["card"]! in CARDS && row["engine"]! in HOST);
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const { card, engine, model } = row;
      const { first } = closedBatch(
        plantFor(model!, card!, engine!),
        Number(row["batch"]),
        Number(row["input_tokens"]),
      );
      const error = first / Number(row["first_token_latency_s"]) - 1;
      console.info(`${model}, ${card}, ${engine}: first token ${percentText(error)}`);
      expect(Math.abs(error)).toBeLessThanOrEqual(0.25);
    }
  });

  it("other cards and engines: printed", { timeout: 400_000 }, () => {
    const groups = groupsOf(servingRows("batches_other.csv"));
    expect(groups.size).toBe(6);
    for (const [name, rows] of groups) {
      const ratios = rows.map((row) => {
        const plant = plantFor(row["model"]!, row["card"]!, row["engine"]!);
        const { last } = closedBatch(plant, Number(row["batch"]), Number(row["input_and_output_tokens"]));
        return last / Number(row["latency_s"]);
      });
      console.info(
        `${name}: ${rows.length} rows, modelled over measured ${medianOf(ratios).toFixed(2)} in the median, ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
      );
      expect(ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio))).toBe(true);
    }
  });
});
