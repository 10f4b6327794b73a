import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting, type ModelSpec } from "../../../src/spec/index.ts";
import { formatsOf, storedBits, type Quantisation } from "../../../src/spec/quantisation.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";

const decoder = {
  name: "d",
  family: "decoder",
  tiedEmbedding: false,
  text: {
    ...{ layers: 4, hidden: 64, ffn: 128, heads: 4, kvHeads: 2, tokens: 16, vocabulary: 100 },
    ...{ position: "rotary", bias: false, normalisation: "rmsnorm", gated: true, activation: "silu" },
  },
};

function read(value: unknown): ModelSpec {
  return check(modelSchema, { file: "file", text: "", value, spans: new Map() });
}

function quantisationOf(model: ModelSpec, tower = "text"): Quantisation | undefined {
  return (model as unknown as Record<string, { quantisation?: Quantisation }>)[tower]!.quantisation;
}

function problemsOf(value: unknown): readonly string[] {
  try {
    read(value);
    return [];
  } catch (error) {
    return (error as SpecError).problems.map(({ message }) => message);
  }
}

function set(model: ModelSpec, ...settings: readonly string[]): ModelSpec {
  return applySettings({ model, hardware: loadHardware("a100") }, settings.map(parseSetting)).model;
}

describe("bits of an element", () => {
  it.each([
    [{ bits: 4 }, 4],
    [{ bits: 4, format: "int", group: 128 }, 4 + 20 / 128],
    [{ bits: 4, format: "int", group: 128, scaleBits: 16, zeroBits: 4 }, 4 + 20 / 128],
    [{ bits: 4, format: "int", group: 128, zeroBits: 0 }, 4 + 16 / 128],
    [{ bits: 4, format: "mx" }, 4.25],
    [{ bits: 8, format: "fp", group: 128, scaleBits: 32 }, 8.25],
    ["int4:128", 4 + 20 / 128],
    ["mx4", 4.25],
    ["fp8", 8],
  ])("%j is %d bit", (weights, bits) => {
    const stored = quantisationOf(read({ ...decoder, quantisation: { weights } }))?.weights;
    expect(storedBits(stored as never)).toBe(bits);
  });
});

describe("quantisation in a model file", () => {
  it("is of all towers, and what is said of one goes before", () => {
    const clip = {
      ...{ name: "c", family: "clip", embedding: 32 },
      text: { layers: 1, hidden: 32, ffn: 64, heads: 2, tokens: 8, vocabulary: 50, quantisation: { kv: 8 } },
      vision: { layers: 1, hidden: 32, ffn: 64, heads: 2, imageSize: 32, patchSize: 16 },
      quantisation: { weights: 4, method: "calibrated", vision: { weights: 8, rotated: true } },
    };
    const model = read(clip);
    expect(quantisationOf(model)).toEqual({ weights: { bits: 4 }, method: "calibrated", kv: { bits: 8 } });
    expect(quantisationOf(model, "vision")).toEqual({ weights: { bits: 8 }, method: "calibrated", rotated: true });
  });

  it("takes a list with one format a layer", () => {
    const model = read({ ...decoder, quantisation: { weights: [4, 4, null, 8] } });
    const formats = [0, 1, 2, 3].map((layer) => formatsOf(quantisationOf(model), layer)?.weights?.bits ?? null);
    expect(formats).toEqual([4, 4, null, 8]);
    expect(problemsOf({ ...decoder, quantisation: { weights: [4, 8] } })).toEqual([
      "text.quantisation holds 2 formats of weights, but the tower has 4 layers.",
    ]);
  });

  it("refuses what it does not know, with what is allowed", () => {
    expect(problemsOf({ ...decoder, quantisation: { weight: 4 } })[0]).toContain(
      "is no known key. Known here: weights",
    );
    expect(problemsOf({ ...decoder, quantisation: { weights: 65 } })[0]).toContain("quantisation.weights");
    expect(problemsOf({ ...decoder, quantisation: { weights: "int4:0" } })[0]).toContain("a word such as int4:128");
    expect(problemsOf({ ...decoder, quantisation: { weights: { bits: 4, zeroBits: 4 } } })).toEqual([
      "quantisation.weights.zeroBits needs a group beside it.",
    ]);
    expect(problemsOf({ ...decoder, quantisation: { vision: { weights: 4 } } })).toEqual([
      "quantisation.vision names a tower that the model does not have.",
    ]);
    expect(problemsOf({ ...decoder, quantisation: { sums: 8, activations: 16 } })[0]).toContain("narrower");
  });
});

describe("paths", () => {
  const model = read(decoder);
  it("set a class of all towers, of one, and of some layers", () => {
    expect(quantisationOf(set(model, "quantisation.weights=4"))).toEqual({ weights: { bits: 4 } });
    expect(quantisationOf(set(model, "quantisation.text.kv=fp8"))).toEqual({ kv: { bits: 8, format: "fp" } });
    expect(quantisationOf(set(model, "quantisation.weights.2-3=4"))?.weights).toEqual([
      null,
      { bits: 4 },
      { bits: 4 },
      null,
    ]);
    const both = set(model, "quantisation.text.weights.1=8", "quantisation.weights=4");
    expect(quantisationOf(both)?.weights).toEqual([{ bits: 8 }, { bits: 4 }, { bits: 4 }, { bits: 4 }]);
  });

  it("say nothing where all is the hardware's again, as a file that says nothing", () => {
    const four = set(model, "quantisation.weights=4");
    expect(JSON.stringify(set(four, "quantisation.weights=none"))).toBe(JSON.stringify(model));
    expect(JSON.stringify(set(four, "quantisation.weights.1-4=none"))).toBe(JSON.stringify(model));
  });

  it("follow the number of layers", () => {
    const some = set(model, "quantisation.weights.1=4");
    expect(quantisationOf(set(some, "model.text.layers=2"))?.weights).toEqual([{ bits: 4 }, null]);
  });

  it("reach every tower of every family", () => {
    for (const name of ["clip-vit-b16", "vit-b16", "bert-tiny", "llama-3.2-1b"]) {
      const towers = Object.values(
        set(loadModel(name), "quantisation.weights=4") as unknown as Record<string, unknown>,
      );
      const shapes = towers.filter((each) => typeof each === "object" && each !== null && "layers" in each);
      expect(shapes.length).toBeGreaterThan(0);
      for (const shape of shapes) expect(shape).toHaveProperty("quantisation.weights", { bits: 4 });
    }
  });

  it("refuse layers that there are not, and towers", () => {
    expect(() => set(model, "quantisation.weights.3-5=4")).toThrow(/names layer 5, but the tower has 4 layers/);
    expect(() => set(model, "quantisation.vision.weights=4")).toThrow(/has no vision tower/);
    expect(() => set(model, "quantisation.head.1-2=4")).toThrow(/There is no path/);
  });
});
