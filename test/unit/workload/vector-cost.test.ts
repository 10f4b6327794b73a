import { describe, expect, it } from "vitest";
import {
  laneCyclesOf,
  laneCyclesPerElement,
  localAccessesOf,
  passCountOf,
  passesOf,
  SPECIAL_FUNCTION,
  VECTOR_PRIMITIVES,
  type PassWork,
  type Primitive,
  type VectorOperator,
} from "../../../src/workload/index.ts";

const run = (primitive: Primitive, elements: number, rowLength = 1): VectorOperator => ({
  type: "vector",
  name: primitive,
  kind: "activation",
  tower: "text",
  layer: null,
  phase: null,
  count: 5,
  primitive,
  elements,
  rowLength,
  elementsRead: elements,
  parametersRead: 0,
  elementsWritten: elements,
});

describe("cost of vector work", () => {
  it("is that of the passes: softmax of 10 rows of 100", () => {
    // max 1, exp and sum 2 + 4, scale 1 an element; one reciprocal of 4 a row.
    expect(laneCyclesOf(run("softmax", 1000, 100))).toBe(1000 * 8 + 10 * 4);
    expect(localAccessesOf(run("softmax", 1000, 100))).toEqual({ reads: 3000, writes: 2000 });
  });

  it("falls into passes that sum up to it, whatever the primitive, measured or not", () => {
    for (const primitive of Object.keys(VECTOR_PRIMITIVES) as Primitive[]) {
      const operator = run(primitive, 1000, 100);
      for (const measured of [{}, { [primitive]: 7.5 }]) {
        const passes = passesOf(operator, measured);
        expect(passes).toHaveLength(passCountOf(primitive));
        const sum = (of: (pass: PassWork) => number) => passes.reduce((total, pass) => total + of(pass), 0);
        expect(sum(({ laneCycles }) => laneCycles)).toBeCloseTo(laneCyclesOf(operator, measured), 6);
        const accesses = { reads: sum(({ reads }) => reads), writes: sum(({ writes }) => writes) };
        expect(accesses).toEqual(localAccessesOf(operator));
      }
    }
  });

  it("is that of the passes: LayerNorm of 10 rows of 100", () => {
    // statistics 2, apply 2 an element; 4 operations and a reciprocal square root a row.
    expect(laneCyclesOf(run("layernorm", 1000, 100))).toBe(4000 + 10 * 8);
    // Two reads of x, gain and offset.
    expect(localAccessesOf({ ...run("layernorm", 1000, 100), parametersRead: 200 })).toEqual({
      reads: 4000,
      writes: 1000,
    });
  });

  it("reduces rowLength elements to one result in a mean", () => {
    expect(laneCyclesOf(run("mean", 64, 196))).toBe(64 * 196 + 64);
    expect(localAccessesOf(run("mean", 64, 196))).toEqual({ reads: 64 * 196, writes: 64 });
  });

  it("does not take GELU for ReLU", () => {
    expect(laneCyclesOf(run("relu", 100))).toBe(100);
    expect(laneCyclesOf(run("gelu", 100))).toBe(900);
    expect(laneCyclesOf(run("quick-gelu", 100))).toBe(700);
    expect(laneCyclesOf(run("add", 100))).toBe(100);
    expect(localAccessesOf(run("add", 100))).toEqual({ reads: 200, writes: 100 });
  });

  it("is what the hardware says where it says so", () => {
    expect(laneCyclesOf(run("softmax", 1000, 100), { softmax: 2.5 })).toBe(2500);
    expect(laneCyclesOf(run("gelu", 10), { softmax: 2.5 })).toBe(90);
    expect(laneCyclesOf(run("gelu", 10), { gelu: 0 })).toBe(0);
  });

  it("has a range through the cost of special functions", () => {
    expect(laneCyclesPerElement("gelu", SPECIAL_FUNCTION.low)).toBe(6);
    expect(laneCyclesPerElement("gelu", SPECIAL_FUNCTION.high)).toBe(13);
  });

  it("has a source and a reason for every row", () => {
    for (const [name, cost] of Object.entries(VECTOR_PRIMITIVES)) {
      expect(cost.source, name).not.toBe("");
      expect(cost.passes.length, name).toBeGreaterThan(0);
      for (const pass of cost.passes) expect(pass.why, `${name} ${pass.name}`).not.toBe("");
    }
  });
});
