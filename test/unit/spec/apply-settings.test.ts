import { describe, expect, it } from "vitest";
import { parse, parseDocument } from "yaml";
import { hardwareSchema } from "../../../src/spec/hardware-schema.ts";
import { check } from "../../../src/spec/issues.ts";
import type { DecoderModel, EncoderDecoderModel, ModelSpec } from "../../../src/spec/model.ts";
import {
  applySettings,
  listSetPaths,
  loadHardware,
  loadModel,
  specSetOf,
  parseSetting,
  PLAIN_SCHEDULE,
  readYaml,
  type SpecSet,
} from "../../../src/spec/index.ts";

const specs = specSetOf({
  hardware: loadHardware("catransformers-22nm"),
  model: loadModel("clip-vit-b16"),
});
const set = (...texts: string[]) => applySettings(specs, texts.map(parseSetting), ["sramLevel"]);
const textTower = ({ model }: SpecSet) => (model.family === "clip" ? model.text : undefined)!;

describe("applySettings", () => {
  it("changes a copy and freezes it", () => {
    const { hardware } = set("array.rows=64");
    expect(hardware.array.rows).toBe(64);
    expect(specs.hardware.array.rows).toBe(256);
    expect(Object.isFrozen(hardware.array)).toBe(true);
    expect(hardware.dram).toBe(specs.hardware.dram);
  });

  it("sets the schedule, which is plain where nothing is said", () => {
    expect(set("array.rows=64").schedule).toEqual(PLAIN_SCHEDULE);
    expect(set("schedule.fusion=attention", "schedule.prefetch=true").schedule).toEqual({
      ...{ fusion: "attention", activations: false, weights: false, prefetch: true },
    });
  });

  it("lets the later of two settings of a path win", () => {
    expect(set("cores=2", "cores=4").hardware.cores).toBe(4);
  });

  it("does not depend on the order of different paths", () => {
    const texts = ["clock=700 MHz", "dram.bandwidth=80 GB/s", "model.text.ffn=[1, 2]", "model.text.layers=2"];
    expect(set(...texts)).toEqual(set(...texts.toReversed()));
    expect(set(...texts).hardware.dram?.port.read).toMatchObject({ bytes: 800, cycles: 7 });
  });

  it("moves the vector lanes with the rows until they are set", () => {
    expect(set("array.rows=32").hardware.vector.lanes).toBe(32);
    expect(set("array.rows=32", "vector.lanes=16").hardware.vector).toEqual({ lanes: 16, cyclesPerElement: {} });
    expect(set("vector.lanes=rows", "array.rows=8").hardware.vector.lanes).toBe(8);
  });

  it("sets both directions of a bandwidth", () => {
    const rate = { bytes: 256, cycles: 25 };
    expect(set("localBuffer.bandwidth=10.24 B/cycle").hardware.localBuffer?.port).toMatchObject({
      read: rate,
      write: rate,
    });
  });

  it("takes one dataflow or a list", () => {
    expect(set("array.dataflow=output-stationary").hardware.array.dataflow).toEqual(["output-stationary"]);
    expect(set("array.dataflow=[input-stationary, weight-stationary]").hardware.array.dataflow).toEqual([
      "input-stationary",
      "weight-stationary",
    ]);
  });

  it("fills every layer, and keeps the head size", () => {
    const tower = textTower(set("model.text.layers=6", "model.text.heads=5", "model.text.hidden=320"));
    expect(tower.heads).toEqual([5, 5, 5, 5, 5, 5]);
    expect(tower.kvHeads).toEqual([5, 5, 5, 5, 5, 5]);
    expect(tower.ffn).toHaveLength(6);
    expect([tower.hidden, tower.headSize]).toEqual([320, 64]);
  });

  it("keeps grouped key-value heads, and refuses broken groups", () => {
    const llama = { ...specs, model: loadModel("llama-3-8b") };
    const { model } = applySettings(llama, [parseSetting("model.text.heads=16")]);
    expect(model.family === "decoder" && [model.text.heads[0], model.text.kvHeads[0]]).toEqual([16, 8]);
    expect(() => applySettings(llama, [parseSetting("model.text.heads=12")])).toThrow("spec/does-not-fit");
  });

  it("sets deployment and technology", () => {
    const { deployment, technology } = set(
      "deployment.region=taiwan",
      "deployment.lifetime=4 years",
      "technology.profile=published",
      "technology.sramLevel=1.5",
    );
    expect(deployment).toMatchObject({ region: "taiwan", gridIntensity: 524, lifetime: 4 * 365 * 86400 });
    expect(technology).toEqual({ profile: "published", factors: { sramLevel: 1.5 } });
  });

  it("has a working example for every path", () => {
    const llama = loadModel("llama-2-7b") as DecoderModel;
    const decoder = { ...specs, model: llama };
    const both = { ...specs, model: encoderDecoderOf(llama) };
    const day = Array.from({ length: 24 }, () => 100);
    const hourly = applySettings(specs, [{ path: "deployment.gridHours", value: day }]);
    const own = { input: 1024, weight: 1024, output: 1024 };
    const { localBuffer, globalBuffer } = specs.hardware;
    const split = {
      ...specs.hardware,
      localBuffer: { ...localBuffer!, size: own },
      globalBuffer: { ...globalBuffer!, size: own },
    };
    const apart = { ...specs, hardware: split };
    const halves = ["left", "right"].map((name) => ({ name, count: 1, share: 0.5 }));
    const halved = { ...specs, hardware: { ...specs.hardware, package: { kind: "3d" as const, dies: halves } } };
    for (const { path, example, description } of listSetPaths(["sramLevel"])) {
      const isOfBoth = /^(model|quantisation|sparsity)\.(encoder|decoder)\./.test(path);
      const plain = isOfBoth ? both : /^model\.(contextTokens|generatedTokens)$/.test(path) ? decoder : specs;
      // Sparse weights need a width, and a method needs sparse weights.
      const sparse = [
        { path: "quantisation.weights", value: 8 },
        { path: "sparsity.weights", value: "4:8" },
      ];
      // What joins dies belongs to a kind of package.
      const kind = path.startsWith("package.interposer") ? "2.5d" : "3d";
      const packaged = [
        { path: "package.kind", value: kind },
        { path: "package.volume", value: 1e5 },
      ];
      // Whether a model was trained with fewer tokens is said of one that has fewer.
      const merged = [{ path: "model.vision.tokenReduction.merge", value: 8 }];
      const isTrained = path === "model.vision.tokenReduction.retrained";
      const before = path.startsWith("sparsity.")
        ? sparse
        : isTrained
          ? merged
          : path.startsWith("package.")
            ? packaged
            : [];
      // A threshold has a place on a curve.
      const curved = /activationSparsity/.test(path) ? { ...plain, model: measured(plain.model) } : plain;
      const isShare = /^package\.dies\.\d\.share$/.test(path);
      const base = applySettings(isShare ? halved : curved, before);
      const served = { ...specs, hardware: loadHardware("a100") };
      const isHourly = ["deployment.useFrom", "deployment.canWait"].includes(path);
      const isApart = /\.size\.(input|weight|output)$/.test(path);
      const start = isHourly ? hourly : isApart ? apart : /^(runtime|boardPower|link)/.test(path) ? served : base;
      const apply = (): unknown => applySettings(start, [parseSetting(`${path}=${example}`)], ["sramLevel"]);
      // These chips have two kinds of dies.
      if (/^package\.dies\.[34]\./.test(path)) expect(apply).toThrow("has 2 kinds of dies");
      else expect(apply).not.toThrow();
      expect(description).not.toBe("");
    }
  });
});

/** The same with activations whose zeros were measured, in every tower. */
function measured<T extends ModelSpec>(model: T): T {
  const curve = [
    { threshold: 0, kept: 1 },
    { threshold: 0.02, kept: 0.5 },
  ];
  const towers = Object.entries(model).map(([name, part]: [string, unknown]) => [
    name,
    ["text", "vision", "encoder", "decoder"].includes(name)
      ? { ...(part as object), quantisation: { activations: { bits: 8 } }, activationSparsity: { threshold: 0, curve } }
      : part,
  ]);
  return Object.fromEntries(towers) as T;
}

/** An encoder and a decoder of the same shape. */
function encoderDecoderOf({ text, name, description, training }: DecoderModel): EncoderDecoderModel {
  return {
    ...{ name, description, training, family: "encoder-decoder", encoder: text, decoder: { ...text, tokens: 1 } },
    ...{ sharedEmbedding: true, tiedEmbedding: true, head: true, generatedTokens: 8 },
  };
}

describe("a field of the hardware that is set", () => {
  const FILE = (fields: string) => `name: h
clock: 1 GHz
node: 22 nm
cores: 2
array: { rows: 8, cols: 8, registers: { words: 4, holds: [weight] }, accumulators: { count: 4, per: pe } }
localBuffer: { size: { input: 4 KiB, weight: 8 KiB, output: 4 KiB }, bandwidth: 16 B/cycle }
globalBuffer: { size: 1 MiB, bandwidth: 32 B/cycle }
dram: { type: idealised, capacity: 1 GB, bandwidth: 16 B/cycle }
vector: { lanes: 8 }
${fields}`;
  const at = (text: string) => check(hardwareSchema, readYaml(text, "h.yaml"));
  it.each([
    ["arraysPerCore", "2", "arraysPerCore: 2"],
    ["multicast", "true", "multicast: true"],
    ["localBuffer.size.weight", "2 KiB", "localBuffer.size.weight: 2 KiB"],
    ["localBuffer.doubleBuffer", "false", "localBuffer.doubleBuffer: false"],
    ["globalBuffer.latency", "7 cycles", "globalBuffer.latency: 7 cycles"],
    ["globalBuffer.shared", "true", "globalBuffer.shared: true"],
    ["globalBuffer.bandwidth.write", "8 B/cycle", "globalBuffer.bandwidth: { read: 32 B/cycle, write: 8 B/cycle }"],
    ["globalBuffer.holds", "[input, output]", "globalBuffer.holds: [input, output]"],
    ["localBuffer.accessWidth", "4 B", "localBuffer.accessWidth: 4 B"],
    ["dram.rounding", "block", "dram.rounding: block"],
    ["dram.latency", "100 cycles", "dram.latency: 100 cycles"],
    ["dram.bandwidth.read", "4 GB/s", "dram.bandwidth: { read: 4 GB/s, write: 16 B/cycle }"],
    ["array.registers.holds", "[input, weight]", "array.registers.holds: [input, weight]"],
    ["array.accumulators.per", "column", "array.accumulators.per: column"],
    ["vector.overlap", "passes", "vector.overlap: passes"],
  ])("%s is as if the file said so", (path, value, said) => {
    const document = parseDocument(FILE(""));
    const [keys, written] = [said.slice(0, said.indexOf(":")).split("."), parse(said.slice(said.indexOf(":") + 1))];
    document.setIn(keys, document.createNode(written));
    const expected = at(String(document));
    const base = { ...specs, hardware: at(FILE("")) };
    expect(applySettings(base, [parseSetting(`${path}=${value}`)]).hardware).toEqual(expected);
  });
});
