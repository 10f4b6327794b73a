import { describe, expect, it } from "vitest";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseHardware,
  parseSetting,
  scheduleOf,
  specSetOf,
} from "../../../src/spec/index.ts";

const CHIP = {
  ...{ name: "chip", clock: "1 GHz", node: "7 nm", array: { rows: 16, cols: 16 } },
  ...{ globalBuffer: { size: "1 MiB" }, dram: { type: "LPDDR4", capacity: "1 GB" } },
};
const stack = { gemm: "3 us" };
const specs = specSetOf({ hardware: loadHardware("a100"), model: loadModel("bert-tiny") });
const set = (...texts: readonly string[]) => applySettings(specs, texts.map(parseSetting), []);

describe("runtime", () => {
  it("one stack needs no default; attention starts as a product does", () => {
    const { runtime } = parseHardware({ ...CHIP, runtime: { eager: stack } });
    expect(runtime?.stack).toBe("eager");
    expect(runtime?.stacks.eager).toEqual({
      ...{ gemm: 3e-6, softmax: 0, normalisation: 0, elementwise: 0, attention: 3e-6 },
      fusion: "none",
    });
  });

  it.each([
    [{ eager: stack, graph: stack }, /runtime\.default must be one of the stacks given: eager, graph/],
    [{ default: "fused", eager: stack }, /runtime\.default is fused, but must be one of the stacks given: eager/],
    [{ host: { perStep: "1 ms" } }, /runtime\.default needs a stack beside it/],
  ])("%j is refused", (runtime, message) => {
    expect(() => parseHardware({ ...CHIP, runtime })).toThrow(message);
  });

  it("what is fused is said once", () => {
    const runtime = { graph: { ...stack, fusion: "all" } };
    expect(() => parseHardware({ ...CHIP, runtime, schedule: { fusion: "none" } })).toThrow(
      /schedule\.fusion is said by the stacks of its runtime/,
    );
  });

  it("a stack brings its fusion, unless a schedule was asked for", () => {
    expect(scheduleOf({ hardware: specs.hardware }).fusion).toBe("all");
    expect(set("runtime=eager").schedule.fusion).toBe("none");
    expect(set("runtime=eager", "runtime=fused").schedule.fusion).toBe("all");
    expect(set("schedule.fusion=epilogue", "runtime=eager").schedule.fusion).toBe("epilogue");
  });

  it("of a machine without it nothing can be set", () => {
    const other = specSetOf({ hardware: loadHardware("tpu-v1"), model: loadModel("bert-tiny") });
    expect(() => applySettings(other, [parseSetting("runtime=graph")], [])).toThrow(/this hardware has no runtime/);
    expect(() => set("runtime.host.perStep=fast")).toThrow(/a time/);
  });
});
