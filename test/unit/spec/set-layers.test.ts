import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import {
  applySettings,
  defaultDeployment,
  loadHardware,
  loadModel,
  readStudy,
  readYaml,
  type Setting,
} from "../../../src/spec/index.ts";

const specs = {
  model: loadModel("vit-s16"),
  hardware: loadHardware("catransformers-22nm"),
  deployment: defaultDeployment(),
  technology: { profile: "calibrated", factors: {} },
} as const;
const visionOf = (...settings: readonly Setting[]) => {
  const { model } = applySettings(specs, settings);
  return "vision" in model ? model.vision : undefined;
};
const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof SpecError) return error.problems.map(({ message }) => message).join("\n");
    throw error;
  }
  return "";
};

describe("paths of single layers", () => {
  it("set the layers they name, after what sets all layers, whatever the order", () => {
    const some = { path: "model.vision.ffn.1-6", value: 768 };
    const one = { path: "model.vision.ffn.12", value: 512 };
    const whole = { path: "model.vision.ffn", value: 1024 };
    const expected = [...Array<number>(6).fill(768), ...Array<number>(5).fill(1024), 512];
    expect(visionOf(some, one, whole)?.ffn).toEqual(expected);
    expect(visionOf(whole, one, some)?.ffn).toEqual(expected);
    expect(visionOf({ path: "model.vision.heads.2-3", value: 2 })?.heads).toEqual([
      6,
      2,
      2,
      ...Array<number>(9).fill(6),
    ]);
  });

  it("of those that begin with the same layer, the longer range wins", () => {
    const outer = { path: "model.vision.ffn.1-6", value: 768 };
    const inner = { path: "model.vision.ffn.1-2", value: 512 };
    expect(visionOf(inner, outer)?.ffn.slice(0, 6)).toEqual([768, 768, 768, 768, 768, 768]);
    expect(visionOf(outer, inner)?.ffn).toEqual(visionOf(inner, outer)?.ffn);
  });

  it("refuse layers that are not there, and lists", () => {
    expect(messageOf(() => visionOf({ path: "model.vision.ffn.7-13", value: 512 }))).toContain(
      "names layer 13, but the tower has 12 layers",
    );
    expect(messageOf(() => visionOf({ path: "model.vision.ffn.1-2", value: [1, 2] }))).toContain("takes one number");
    for (const path of ["model.vision.ffn.0", "model.vision.ffn.6-1", "model.vision.hidden.1", "model.text.ffn.x"])
      expect(messageOf(() => visionOf({ path, value: 512 }))).toContain("There is no path");
  });

  const study = (space: string) =>
    readStudy(
      readYaml(
        `name: x\nmodel: vit-s16\nhardware: catransformers-22nm\nspace:\n${space}\nmode: latency\naccuracy: { metric: imagenet-1k }\n`,
        "study.yaml",
      ),
    ).space;

  it("are parameters of a study, written as a map", () => {
    expect(study("  model.vision: { ffn: { 1-6: [768, 1536], 7-12: [768, 1536] } }").map(({ path }) => path)).toEqual([
      "model.vision.ffn.1-6",
      "model.vision.ffn.7-12",
    ]);
  });

  it("may name layers of deeper models where the study searches the depth", () => {
    const condition = "{ values: [768, 1536], when: { model.vision.layers: [16] } }";
    expect(study(`  model.vision: { layers: [12, 16], ffn: { 13-16: ${condition} } }`).length).toBe(2);
    expect(messageOf(() => study("  model.vision: { ffn: { 13-16: [768] } }"))).toContain("names layer 16");
  });
});
