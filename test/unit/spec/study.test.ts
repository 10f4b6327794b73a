import { describe, expect, it } from "vitest";
import { applySettings, readStudy, readYaml, settingsOfPoint, studyText } from "../../../src/spec/index.ts";

const PUBLISHED = `
name: clip-vit-b16
model: clip-vit-b16
hardware: catransformers-22nm
deployment: { region: california, lifetime: 3 years, rate: 1/s, hoursPerDay: 6 }
space:
  model.text:   { layers: 6..12, ffn: 1024..2048 step 256, hidden: 256..512 step 64, heads: 4..8 }
  model.vision: { layers: 6..12, ffn: 1536..3072 step 384, hidden: 384..768 step 96, heads: 6..12 }
  cores: [1, 2, 4]
  array.rows: [32, 64, 128, 256]
  array.cols: [2, 4, 8, 16, 32, 64]
  localBuffer.size: [64 KiB, 128 KiB, 256 KiB, 512 KiB, 1024 KiB]
  localBuffer.bandwidth: [32 B/cycle, 64 B/cycle, 128 B/cycle]
  globalBuffer.size: [2 MiB, 4 MiB, 8 MiB]
mode: carbon
constraints: [ latency <= 50 ms, area <= 31.990347 mm2, peak <= 20.48 TOPS ]
accuracy: { evaluator: predictor, metric: clip-benchmark-mean }
search: { strategy: nsga2, seed: 1 }
`;

const study = (text: string, factors?: readonly string[]) => readStudy(readYaml(text, "study.yaml"), factors);
const count = (prefix: RegExp, text = PUBLISHED) =>
  study(text).space.reduce((n, { path, values }) => (prefix.test(path) ? n * values.length : n), 1);

describe("the schedule of a study", () => {
  it("is plain unless the study says otherwise, and may be searched", () => {
    expect(study(PUBLISHED).specs.schedule).toEqual({
      ...{ fusion: "none", activations: false, weights: false, prefetch: false },
    });
    const text = PUBLISHED.replace("mode:", "schedule: { fusion: attention, activations: true }\nmode:").replace(
      "cores: [1, 2, 4]",
      "schedule: { prefetch: [true, false] }",
    );
    expect(study(text).specs.schedule).toMatchObject({ fusion: "attention", activations: true, prefetch: false });
    expect(study(text).space.at(8)).toMatchObject({ path: "schedule.prefetch", values: [true, false] });
    const own = PUBLISHED.replace("hardware: catransformers-22nm", "hardware: zigzag-16x16").replace(
      / {2}localBuffer.*\n/g,
      "",
    );
    expect(study(own).specs.schedule.prefetch).toBe(true);
    const against = own.replace("mode:", "schedule: { prefetch: false, fusion: epilogue }\nmode:");
    expect(study(against).specs.schedule).toMatchObject({ prefetch: false, fusion: "epilogue" });
    expect(() => study(PUBLISHED.replace("mode:", "schedule: { fusion: every }\nmode:"))).toThrow(
      /schedule.fusion must be one of: none, epilogue, attention, all/,
    );
  });
});

describe("the published study", () => {
  it("spans 3,240 accelerators, 875 text towers and 1,225 vision towers", () => {
    expect(count(/^(?!model)/)).toBe(3240);
    expect(count(/^model\.text/)).toBe(875);
    expect(count(/^model\.vision/)).toBe(1225);
  });

  it("has its limits in the units of the metrics", () => {
    expect(study(PUBLISHED).constraints).toEqual([
      { metric: "latency_s", comparison: "<=", limit: 0.05, text: "latency <= 50 ms" },
      { metric: "area_mm2", comparison: "<=", limit: 31.990347, text: "area <= 31.990347 mm2" },
      { metric: "peak_TOPS", comparison: "<=", limit: 20.48, text: "peak <= 20.48 TOPS" },
    ]);
  });

  it("takes its objectives from the mode", () => {
    expect(study(PUBLISHED).objectives).toEqual([
      { metric: "accuracy", direction: "max" },
      { metric: "carbon_total_kgCO2e", direction: "min" },
    ]);
  });

  it("marks numbers and sizes as ordered, and keeps values as written", () => {
    const { space } = study(PUBLISHED);
    expect(space.every(({ ordered }) => ordered)).toBe(true);
    expect(space.find(({ path }) => path === "localBuffer.size")?.values[4]).toBe("1024 KiB");
    expect(space[1]).toEqual({ path: "model.text.ffn", values: [1024, 1280, 1536, 1792, 2048], ordered: true });
  });

  it("gives points that apply to its specs", () => {
    const { space, specs } = study(PUBLISHED);
    const point = Object.fromEntries(space.map(({ path, values }) => [path, values[0]!]));
    const { hardware, model } = applySettings(specs, settingsOfPoint(point));
    expect(hardware.vector.lanes).toBe(32);
    expect(model.family === "clip" && model.text.ffn).toEqual([1024, 1024, 1024, 1024, 1024, 1024]);
    expect(model.family === "clip" && [model.vision.hidden, model.vision.headSize]).toEqual([384, 64]);
  });

  it("is its own resolved text", () => {
    const first = study(PUBLISHED);
    const again = study(studyText(first));
    expect(again).toEqual({ ...first, document: again.document });
    expect(studyText(again)).toBe(studyText(first));
  });
});

describe("modes", () => {
  it("all-hw keeps the model, energy-model the hardware", () => {
    const hw = study(PUBLISHED.replace("mode: carbon", "mode: all-hw"));
    expect(hw.space.some(({ path }) => path.startsWith("model."))).toBe(false);
    expect(hw.fixed).toContain("model.text.layers");
    const model = study(PUBLISHED.replace("mode: carbon", "mode: energy-model"));
    expect(model.space.every(({ path }) => path.startsWith("model."))).toBe(true);
  });

  it("refuses objectives beside a mode", () => {
    expect(() => study(`${PUBLISHED}objectives: [min carbon]\n`)).toThrow("spec/conflict");
  });

  it("asks for a latency limit in carbon mode", () => {
    expect(() => study(PUBLISHED.replace("latency <= 50 ms, ", ""))).toThrow("spec/missing-limit");
  });
});

describe("space", () => {
  const withSpace = (space: string) =>
    study(`name: s\nmodel: clip-vit-b16\nhardware: catransformers-22nm\nmode: latency\nspace:\n${space}`);

  it("reads ranges with units and fractions exactly", () => {
    expect(withSpace("  localBuffer.size: 64..256 KiB step 64 KiB").space[0]?.values).toEqual([
      "64 KiB",
      "128 KiB",
      "192 KiB",
      "256 KiB",
    ]);
    expect(withSpace("  deployment.hoursPerDay: 0.1..0.7 step 0.3").space[0]?.values).toEqual([0.1, 0.4, 0.7]);
  });

  it("reads ranges of factors, and units on either side", () => {
    const values = (text: string) => withSpace(`  ${text}`).space[0]?.values;
    expect(values("array.rows: 32..256 x2")).toEqual([32, 64, 128, 256]);
    expect(values("array.rows: 8 .. 512 x 4")).toEqual([8, 32, 128, 512]);
    const sizes = ["64 KiB", "128 KiB", "256 KiB", "512 KiB", "1 MiB"];
    expect(values("localBuffer.size: 64 KiB..1 MiB x2")).toEqual(sizes);
    expect(values("localBuffer.size: 64KiB..1024KiB x2")).toEqual([...sizes.slice(0, 4), "1024 KiB"]);
    expect(values("globalBuffer.size: 512 KiB..2 MiB step 512 KiB")).toEqual(["512 KiB", "1 MiB", "1536 KiB", "2 MiB"]);
    expect(values("clock: 500 MHz..2 GHz x2")).toEqual(["500 MHz", "1 GHz", "2 GHz"]);
    expect(values("localBuffer.bandwidth: 32 B/cycle..128 B/cycle x2")).toEqual([
      "32 B/cycle",
      "64 B/cycle",
      "128 B/cycle",
    ]);
    expect(values("deployment.hoursPerDay: 0.5..4.5 x3")).toEqual([0.5, 1.5, 4.5]);
    const size = withSpace("  localBuffer.size: 64 KiB..1 MiB x2").space[0]!;
    expect(size.ordered).toBe(true);
  });

  it("reads conditions", () => {
    const { space } = withSpace(
      "  array.kind: [systolic, dot-product]\n  array.cols: { values: 8..10, when: { array.kind: systolic } }",
    );
    expect(space[1]).toEqual({
      path: "array.cols",
      values: [8, 9, 10],
      ordered: true,
      when: { path: "array.kind", in: ["systolic"] },
    });
    expect(space[0]?.ordered).toBe(false);
  });

  it.each([
    ["  array.rows: 8..4", "spec/bad-range"],
    ["  array.rows: 1..10 step 4", "spec/bad-range"],
    ["  array.rows: 1..1000000", "spec/bad-range"],
    ["  array.rows: 1..10 step 0", "spec/bad-range"],
    ["  array.rows: 32..200 x2", "spec/bad-range"],
    ["  array.rows: 32..256 x1", "spec/bad-range"],
    ["  array.rows: 0..256 x2", "spec/bad-range"],
    ["  array.rows: 256..32 x2", "spec/bad-range"],
    ["  array.rows: 1..1e300 x1.0001", "spec/bad-range"],
    ["  localBuffer.size: 64 KiB..256 KiB x2 KiB", "spec/bad-range"],
    ["  localBuffer.size: 64 KiB..1 ms x2", "spec/bad-range"],
    ["  localBuffer.bandwidth: 64 B/cycle..1 kB/s x2", "spec/bad-range"],
    ["  array.rows: [1, 1]", "spec/duplicate-value"],
    ["  array.rows: [1, 2.5]", "spec/out-of-range"],
    ["  array.rows: []", "spec/wrong-type"],
    ["  array: { rows: [1] }\n  array.rows: [2]", "spec/duplicate-key"],
    ["  localBuffer.size: 64..128 step 64 KiB", "spec/bad-range"],
    ["  localBuffer.size: [64]", "spec/missing-unit"],
    ["  array.cols: { values: [1], when: { cores: 1 } }", "spec/bad-condition"],
  ])("refuses %s with %s", (space, code) => {
    expect(() => withSpace(space)).toThrow(code);
  });

  it("says where a path does not fit the model", () => {
    const text =
      "name: s\nmodel: bert-tiny\nhardware: catransformers-22nm\nmode: latency\nspace: { model.vision.layers: 1..2 }";
    expect(() => study(text)).toThrow("study.yaml:5:10  spec/does-not-fit");
  });

  it("takes what fits only beside a value of another parameter, and refuses it without", () => {
    const text = (space: string) =>
      `name: s\nmodel: bert-tiny\nhardware: catransformers-22nm\nobjectives: [min carbon]\nspace: { cores: [1, 2], ${space} }`;
    const method = "sparsity.method: [oneshot, magnitude]";
    for (const weights of ["2:4", "none"].flatMap((one) => [`["${one}", 0.5]`, `[0.5, "${one}"]`]))
      expect(study(text(`sparsity.weights: ${weights}, ${method}`)).space).toHaveLength(3);
    for (const alone of [method, `sparsity.weights: [none], ${method}`, `model.text.layers: [1, 2], ${method}`])
      expect(() => study(text(alone))).toThrow("says how weights were chosen, and none are left out");
  });
});

describe("technology", () => {
  it("takes the factors that it is told of", () => {
    const text = `${PUBLISHED}technology: { profile: published, sramLevel: 1.5 }\n`;
    expect(study(text, ["sramLevel", "yield"]).specs.technology).toEqual({
      profile: "published",
      factors: { sramLevel: 1.5 },
    });
    expect(() => study(text)).toThrow("spec/unknown-key");
  });
});
