import { describe, expect, it } from "vitest";
import type { OperatorsModel } from "../../../src/spec/model.ts";
import { readYaml } from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";
import { buildWorkload, totalMacs, totalParameters } from "../../../src/workload/index.ts";

const FILE = `
name: listed
family: operators
otherParameters: 100
kvElementsPerToken: 64
kvCacheElements: 6400
operators:
  - { name: in, kind: product, m: 10, n: 32, k: 16, count: 3 }
  - { name: scores, kind: product, batch: 2, m: 10, n: 10, k: 8, classes: [activation, kv], count: 3 }
  - { name: softmax, kind: vector, primitive: softmax, elements: 200, rowLength: 10, count: 3 }
  - { name: context, kind: product, batch: 2, m: 10, n: 8, k: 10, classes: [activation, kv], count: 3 }
  - { name: experts, kind: product, batch: 4, m: 5, n: 16, k: 16, shared: false }
  - { name: again, kind: product, m: 1, n: 32, k: 16, count: 6, matrices: 3, sameWeightsAs: in }
  - { name: norm, kind: vector, primitive: rmsnorm, elements: 160, rowLength: 16, parameters: 16 }
`;

const load = (text: string) => check(modelSchema, readYaml(text, "listed.yaml")) as OperatorsModel;
const problemsOf = (text: string): string => {
  try {
    load(text);
    return "";
  } catch (error) {
    return String(error);
  }
};

describe("a model as a list of operators", () => {
  const model = load(FILE);

  it("has the parameters of its trained matrices, each once, and what is said beside them", () => {
    expect(totalParameters(buildWorkload(model, 1))).toBe(100 + 3 * 16 * 32 + 4 * 16 * 16);
    expect(totalParameters(buildWorkload(model, 5))).toBe(totalParameters(buildWorkload(model, 1)));
  });

  it("does each product for each input", () => {
    const macs = 3 * (10 * 32 * 16 + 2 * 10 * 10 * 8 + 2 * 10 * 8 * 10) + 4 * 5 * 16 * 16 + 6 * 32 * 16;
    expect(totalMacs(buildWorkload(model, 1))).toBe(macs);
    expect(totalMacs(buildWorkload(model, 3))).toBe(3 * macs);
    expect(buildWorkload(model, 3)).toMatchObject({ kvCacheElements: 19200, kvElementsPerToken: 64 });
  });

  it("shares a trained matrix by the batch, unless each element has its own", () => {
    const { operators } = buildWorkload(model, 3);
    const shape = (name: string) => operators.find((each) => each.name === name);
    expect(shape("in")).toMatchObject({ batch: 3, m: 10, sharedB: true, weightsAreParameters: true });
    expect(shape("experts")).toMatchObject({ batch: 4, m: 15, sharedB: false, weightsAreParameters: true });
    expect(shape("scores")).toMatchObject({ batch: 6, m: 10, sharedB: false, weightsAreParameters: false });
  });

  it("knows attention where a softmax stands between two products of activations", () => {
    const kinds = buildWorkload(model, 1).operators.map(({ name, kind }) => [name, kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      ...{ in: "product", scores: "scores", softmax: "softmax", context: "context" },
      ...{ experts: "product", again: "product", norm: "vector" },
    });
  });

  it("leaves no score matrix live where attention is fused", () => {
    const { peakActivationElements, peakFusedElements } = buildWorkload(
      load(FILE.replace(/10/g, "100").replace("elements: 200", "elements: 20000")),
      1,
    );
    expect(peakFusedElements).toBeLessThan(peakActivationElements / 3);
  });

  it.each([
    ["a name twice", FILE.replace("name: again", "name: in"), /operators\[5\]\.name.*|names "in" a second time/],
    [
      "weights of nobody",
      FILE.replace("sameWeightsAs: in", "sameWeightsAs: out"),
      /names "out", which is no product before this one/,
    ],
    ["more matrices than runs", FILE.replace("matrices: 3", "matrices: 7"), /is 7, more than the 6 runs/],
    [
      "rows that do not divide",
      FILE.replace("elements: 160", "elements: 161"),
      /is 16, which does not divide the 161 elements/,
    ],
    [
      "an unknown primitive",
      FILE.replace("primitive: rmsnorm", "primitive: fft"),
      /must be one of: softmax, layernorm/,
    ],
    ["an unknown key", FILE.replace("parameters: 16", "gains: 16"), /gains/],
    [
      "nothing",
      "name: a\nfamily: operators\noperators: []\n",
      /must be a list of 1 to 100000 operators, not a list of 0/,
    ],
  ])("%s is refused", (_, text, message) => {
    expect(problemsOf(text)).toMatch(message);
  });
});
