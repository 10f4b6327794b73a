import { describe, expect, it } from "vitest";
import { hardwareJsonSchema, modelJsonSchema, studyJsonSchema } from "../../../src/spec/index.ts";

describe("JSON Schemas", () => {
  it("describe files as written: quantities are texts or numbers, unknown keys are refused", () => {
    const schema = hardwareJsonSchema() as { properties: Record<string, unknown>; additionalProperties: unknown };
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties["clock"]).toMatchObject({ type: ["string", "number"] });
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "ecotile hardware",
    });
  });

  it("exist for models and studies", () => {
    expect(JSON.stringify(modelJsonSchema())).toContain("tiedEmbedding");
    const study = studyJsonSchema(["sramLevel"]) as { properties: Record<string, unknown> };
    expect(Object.keys(study.properties)).toEqual(expect.arrayContaining(["space", "constraints", "mode", "search"]));
    expect(JSON.stringify(study)).toContain("sramLevel");
  });
});
