import { describe, expect, it } from "vitest";
import { modelYaml } from "../../../src/cli/print-model.ts";
import { loadModel, readYaml } from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";

describe("modelYaml", () => {
  it.each(["clip-vit-b16", "vit-s16", "bert-base", "llama-3-8b"])("%s is read back as it was", (name) => {
    const model = loadModel(name);
    const yaml = modelYaml(model);
    expect(check(modelSchema, readYaml(yaml, "model.yaml"))).toEqual(model);
    expect(yaml).not.toMatch(/- \d/);
  });
});
