import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readYaml } from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";
import { buildWorkload, importOpenClip, macsOf } from "../../../src/workload/index.ts";
import { modelYaml } from "../../../src/cli/print-model.ts";

const folder = new URL("../../fixtures/huggingface/openclip/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
const rows = readFileSync(new URL("index.csv", folder), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","));

const REFUSED: Readonly<Record<string, string>> = {
  "coca_ViT-B-32": "multimodal_cfg: a decoder on both towers (CoCa) is not modelled.",
  "EVA02-B-16": 'vision_cfg.timm_model_name is "eva02_base_patch16_clip_224"',
};

describe("model files of OpenCLIP: published parameters and operations of each tower, to the last digit published", () => {
  it("are fifteen", () => {
    expect(rows).toHaveLength(15);
  });

  it.each(rows.filter(([name]) => !(name! in REFUSED)))("%s", (name, ...figures) => {
    const result = importOpenClip(read(name!), { name: "model" });
    if ("problems" in result) throw new Error(result.problems.join("\n"));
    const { operators, parameters } = buildWorkload(result.model, 1);
    const operationsOf = (tower: string) =>
      2 * operators.reduce((sum, each) => sum + (each.tower === tower ? macsOf(each) : 0), 0);
    const ours = [
      parameters["vision"]! / 1e6,
      parameters["text"]! / 1e6,
      operationsOf("vision") / 1e9,
      operationsOf("text") / 1e9,
    ];
    const [, image, text, , imageOperations, textOperations] = figures.map(Number);
    const published = [image!, text!, imageOperations!, textOperations!];
    expect(ours.map((value) => value.toFixed(2))).toEqual(published.map((value) => value.toFixed(2)));
    expect(check(modelSchema, readYaml(modelYaml(result.model), "model.yaml"))).toEqual(result.model);
  });

  it.each(Object.entries(REFUSED))("%s is refused: %s", (name, message) => {
    const result = importOpenClip(read(name));
    expect("problems" in result ? result.problems.join("\n") : "").toContain(message);
  });

  it("never takes what is no model file", () => {
    for (const config of [
      null,
      [],
      {},
      { vision_cfg: {} },
      { vision_cfg: 3, text_cfg: [] },
      { embed_dim: -1, vision_cfg: { layers: [3, 4] }, text_cfg: { width: 0 } },
    ])
      expect(importOpenClip(config)).toHaveProperty("problems");
  });
});
