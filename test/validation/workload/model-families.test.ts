import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildWorkload, importHuggingFace, macsOf, totalMacs, totalParameters } from "../../../src/workload/index.ts";
import { readYaml } from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";
import { modelYaml } from "../../../src/cli/print-model.ts";
import { countMacs } from "./count-macs.ts";
import { PUBLISHED_KIN } from "./published-kin.ts";
import { PUBLISHED as PUBLISHED_MODELS } from "./published-models.ts";

const PUBLISHED = { ...PUBLISHED_MODELS, ...PUBLISHED_KIN };
const folder = new URL("../../fixtures/huggingface/families/", import.meta.url);
const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<string, unknown>;

const rows = readFileSync(new URL("index.csv", folder), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","))
  .map(([name, type, parameters, active, macs]) => ({ name: name!, type: type!, parameters, active, macs }));

/** What no reader knows; every other file of the index is accepted. */
const REFUSED: Readonly<Record<string, string>> = {
  "rwkv5-3b": 'model_type is "rwkv5"',
  "dit-xl-2-256": "model_type is missing",
};

function accepted(config: unknown) {
  const result = importHuggingFace(config);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result;
}

it("the fixtures are all there", () => {
  expect(rows).toHaveLength(48);
  expect(readdirSync(folder).filter((name) => name.endsWith(".json"))).toHaveLength(48);
});

describe("files of the index", () => {
  it.each(rows.filter(({ name }) => !(name in REFUSED)))("$name: published parameters and MACs", (row) => {
    const { model } = accepted(read(`${row.name}.json`));
    const workload = buildWorkload(model, 1);
    if (row.parameters !== "") expect(totalParameters(workload)).toBe(Number(row.parameters));
    if (row.active !== "") expect(workload.activeParameters).toBe(Number(row.active));
    else expect(workload.activeParameters).toBe(totalParameters(workload));
    // The index leaves out the product of CLIP's two embeddings.
    const joint = workload.operators.reduce((sum, each) => sum + (each.tower === "joint" ? macsOf(each) : 0), 0);
    if (row.macs !== "") expect(totalMacs(workload) - joint).toBe(Number(row.macs));
  });

  it.each(Object.entries(REFUSED))("%s is refused: %s", (name, message) => {
    const result = importHuggingFace(read(`${name}.json`));
    expect("problems" in result ? result.problems.join("\n") : "").toContain(message);
  });

  it.each(rows.filter(({ name }) => !(name in REFUSED)))("$name: the model file is read back as it was", ({ name }) => {
    const { model } = accepted(read(`${name}.json`));
    expect(check(modelSchema, readYaml(modelYaml(model), "model.yaml"))).toEqual(model);
  });
});

/** Counted by rules of their own elsewhere, or not at all. */
const NOT_COUNTED = /clip|siglip|deberta|llava|paligemma|gemma3$|mamba|swin/;

describe("MACs equal a count from the fields of the configuration alone", () => {
  const all = [
    ...rows.filter(({ name }) => !(name in REFUSED)).map(({ name }) => [name, read(`${name}.json`)] as const),
    ...Object.entries(PUBLISHED).map(([name, [, config]]) => [name, config] as const),
  ].filter(([, config]) => !NOT_COUNTED.test(String(config["model_type"])) && !isHeadless(config));
  it("of more than sixty models", () => {
    expect(all.length).toBeGreaterThan(60);
  });
  it.each(all)("%s", (_, config) => {
    expect(totalMacs(buildWorkload(accepted(config).model, 1))).toBe(countMacs(config));
  });
});

/** A decoder without a head has no steps: the count's rule does not hold. */
function isHeadless(config: Readonly<Record<string, unknown>>): boolean {
  return /^MistralModel$/.test(String((config["architectures"] as readonly string[] | undefined)?.[0]));
}

describe("parameters of further published models", () => {
  it.each(Object.entries(PUBLISHED))("%s", (_, [parameters, config]) => {
    expect(totalParameters(buildWorkload(accepted(config).model, 1))).toBe(parameters);
  });
});

it("Mamba 130M does the products of 640 tokens and 129 heads", () => {
  const { model } = accepted(read("mamba-130m.json"));
  const layer = 768 * 3072 + 1536 * 80 + 48 * 1536 + 1536 * 768;
  expect(totalMacs(buildWorkload(model, 1))).toBe(640 * 24 * layer + 129 * 768 * 50280);
});

it("LLaVA is its image tower, two matrices on 576 patches, and its decoder", () => {
  const { model } = accepted(PUBLISHED["llava"]![1]);
  const { operators } = buildWorkload(model, 1);
  const macsOfTower = (tower: string) =>
    operators.reduce((sum, each) => sum + (each.tower === tower ? macsOf(each) : 0), 0);
  const layer = 577 * (12 * 1024 ** 2 + 2 * 1024 * 577);
  expect(macsOfTower("vision")).toBe(576 * 588 * 1024 + 24 * layer + 576 * (1024 * 4096 + 4096 ** 2));
  const text = countMacs({ ...PUBLISHED["llava"]![1], model_type: "llama", ...LLAMA_7B });
  // The count's prompt is of 512 tokens; this one is of 576 + 512.
  const more = 576 * 32 * (4 * 4096 ** 2 + 3 * 4096 * 11008) + 32 * 2 * 4096 * (1088 ** 2 - 512 ** 2 + 128 * 576);
  expect(macsOfTower("text")).toBe(text + more);
});

const LLAMA_7B = {
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  vocab_size: 32064,
};

describe("what `architectures` says", () => {
  const llama = read("tinyllama-1b-chat-v1.0.json");
  const of = (architecture: string, more = {}) => accepted({ ...llama, architectures: [architecture], ...more }).model;
  const parametersOf = (architecture: string) => totalParameters(buildWorkload(of(architecture), 1));
  const head = 2048 * 32000;

  it("an embedder has no head and no steps, a classifier a narrow one", () => {
    expect(parametersOf("LlamaModel")).toBe(parametersOf("LlamaForCausalLM") - head);
    expect(parametersOf("LlamaForSequenceClassification")).toBe(parametersOf("LlamaModel") + 2 * 2048);
    for (const name of ["LlamaModel", "LlamaForSequenceClassification"]) {
      expect(of(name)).toMatchObject({ generatedTokens: 0 });
      expect(buildWorkload(of(name), 1).operators.filter(({ phase }) => phase === "decode")).toEqual([]);
    }
    expect(of("LlamaForCausalLM")).toMatchObject({ generatedTokens: 128 });
  });

  it("a head that is not modelled is refused", () => {
    const result = importHuggingFace({ ...llama, architectures: ["LlamaForTokenClassification"] });
    expect("problems" in result ? result.problems.join() : "").toContain("the head of that class is not modelled");
  });

  it("an image model without classifier has its pooler", () => {
    const vit = { ...read("vit-base-patch16-224.json") };
    const classes = totalParameters(buildWorkload(accepted(vit).model, 1));
    const bare = totalParameters(buildWorkload(accepted({ ...vit, architectures: ["ViTModel"] }).model, 1));
    expect(bare - classes).toBe(768 * 768 + 768 - 1000 * 769);
  });
});

describe("keys that nobody reads", () => {
  it("are told with their place, but for those that change nothing", () => {
    const config = {
      ...read("llama3-2-1b.json"),
      layer_types: ["full_attention", "linear_attention"],
      sliding_window: 128,
      num_nextn_predict_layers: 1,
      torch_dtype: "float32",
      attention_dropout: 0.5,
      initializer_range: 0.02,
    };
    const { notes } = accepted(config);
    expect(notes).toEqual([
      "a configuration has no sequence length: a prompt of 512 and 128 generated tokens.",
      'torch_dtype is "float32": widths are those of the hardware\'s precision.',
      'layer_types is ["full_attention","linear_attention"]: not read, the model is as if it were not there.',
      "sliding_window is 128: not read, the model is as if it were not there.",
      "num_nextn_predict_layers is 1: not read, the model is as if it were not there.",
    ]);
  });

  it("in a section are told with its name", () => {
    const { notes } = accepted({ model_type: "clip", text_config: { odd: 3 }, vision_config: { odder: 4 } });
    expect(notes).toContain("text_config.odd is 3: not read, the model is as if it were not there.");
    expect(notes).toContain("vision_config.odder is 4: not read, the model is as if it were not there.");
  });

  it("are few in the files of the index: two of them", () => {
    const unread = rows.flatMap(({ name }) => {
      const result = importHuggingFace(read(`${name}.json`));
      return "problems" in result ? [] : result.notes.filter((note) => note.includes("not read"));
    });
    expect(unread.map((note) => note.split(" ")[0])).toEqual([
      "swiglu_limit",
      "scale_attention_softmax_in_fp32",
      "tie_word_embeddings",
    ]);
  });
});

describe("the name", () => {
  const llama = read("llama3-2-1b.json");
  const nameOf = (options: { readonly name?: string; readonly path?: string }, more = {}) => {
    const result = importHuggingFace({ ...llama, ...more }, options);
    return "problems" in result ? null : result.model.name;
  };
  it("is that asked for, else the file's own, else that of the file or its folder, else the type", () => {
    expect(nameOf({ name: "mine", path: "/a/b/config.json" }, { _name_or_path: "meta/One" })).toBe("mine");
    expect(nameOf({ path: "/a/b/config.json" }, { _name_or_path: "meta/One" })).toBe("one");
    expect(nameOf({ path: "/models/Llama 3.2/config.json" })).toBe("llama-3.2");
    expect(nameOf({ path: "/models/llama-3.2-1b.json" })).toBe("llama-3.2-1b");
    expect(nameOf({ path: "config.json" })).toBe("llama");
    expect(nameOf({})).toBe("llama");
  });
});
