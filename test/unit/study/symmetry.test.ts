import { expect, test } from "vitest";
import { createSpace, createStrategy, type Point } from "../../../src/search/index.ts";
import { readYaml } from "../../../src/spec/index.ts";
import { readSearchStudy } from "../../../src/study/index.ts";
import { strategyOf } from "../../../src/study/strategy.ts";
import { symmetryOf } from "../../../src/study/symmetry.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";

const read = (space: string, rest = "") =>
  readSearchStudy(
    readYaml(
      `name: s\nmodel: vit-s16\nhardware: catransformers-22nm\nspace: { ${space} }\nobjectives: [max accuracy, min carbon]\nsearch: { strategy: nsga2 }\n${rest}`,
      "study.yaml",
    ),
    {},
  );

const FFN = "model.vision.ffn: { 1: [768, 1536], 2: [768, 1536], 3: [768, 1536] }";
const HEADS = "model.vision.heads: { 1: [4, 6], 2: [4, 6], 3: [4, 6] }";
/** Equal for designs whose layers are in another order. */
function inOrder(point: Point): string {
  const valuesOf = (field: string) =>
    Object.entries(point).flatMap(([path, value]) => (path.includes(field) ? [value] : []));
  return JSON.stringify([valuesOf("ffn").sort(), valuesOf("heads").sort()]);
}

const paths = (field: string) => [1, 2, 3].map((layer) => [`model.vision.${field}.${layer}`]);

test("layers with the same lists may change places, sizes of FFN and heads by themselves", () => {
  expect(symmetryOf(read(`${FFN}, ${HEADS}, cores: [1, 2]`))).toEqual([paths("ffn"), paths("heads")]);
});

test("lists, depths and programs that tell layers apart keep them in their places", () => {
  expect(symmetryOf(read("model.vision.ffn: { 1: [768, 1536], 2: [768, 1152], 3: [768, 1536] }"))).toEqual([
    [["model.vision.ffn.1"], ["model.vision.ffn.3"]],
  ]);
  expect(symmetryOf(read(`model.vision.layers: [6, 12], ${FFN}`))).toEqual([]);
  const command = "accuracy: { evaluator: command, command: [node, ask.mjs], metric: own }\n";
  expect(symmetryOf(read(FFN, command))).toEqual([]);
  expect(symmetryOf(read("cores: [1, 2]"))).toEqual([]);
});

test("where a schedule joins heads and FFN of a layer, they change places together", () => {
  const together = [1, 2, 3].map((layer) => [`model.vision.ffn.${layer}`, `model.vision.heads.${layer}`]);
  expect(symmetryOf(read(`${FFN}, ${HEADS}`, "schedule: { fusion: all }\n"))).toEqual([together]);
});

test.each(["nsga2", "nsga3", "random", "bayesian"])(
  "layers in another order have the same metrics, and %s tries one of them",
  (name) => {
    const study = read(`${FFN}, ${HEADS}`);
    const space = createSpace(study.space);
    const { outcome } = createDesignEvaluator(designContext(study));
    const { objectives, constraints } = study;
    const strategy = createStrategy(name, {
      ...{ space, seed: 1, objectives, constraints, populationSize: 6, symmetry: symmetryOf(study) },
    });
    const tried: Point[] = [];
    for (let points = strategy.suggest(5); points.length > 0; points = strategy.suggest(5)) {
      strategy.update(points.map((point, i) => ({ number: tried.length + i, point, outcome: outcome(point) })));
      tried.push(...points);
    }
    // Multisets of three out of two, of FFN and of heads, in place of 64 designs.
    expect(tried).toHaveLength(16);
    expect(new Set(tried.map(inOrder)).size).toBe(16);
    const known = new Map(tried.map((point) => [inOrder(point), outcome(point)]));
    for (let i = 0; i < Number(space.size); i += 7) {
      const point = space.decode(space.genesAt(BigInt(i)));
      const [own, same] = [outcome(point), known.get(inOrder(point))!];
      if (own.kind !== "evaluated" || same.kind !== "evaluated") throw new Error("every design has metrics");
      for (const [key, value] of Object.entries(own.metrics)) expect(value / same.metrics[key]!).toBeCloseTo(1, 12);
    }
  },
);

test("where costs are known, bayesian tries one of equal models too, each on its best chip", async () => {
  const nsga2 = read(`${FFN}, ${HEADS}, cores: [1, 2]`);
  const study = { ...nsga2, search: { ...nsga2.search, strategy: "bayesian" as const } };
  const strategy = await strategyOf(study, createSpace(study.space), new AbortController().signal, () => undefined);
  const { outcome } = createDesignEvaluator(designContext(study));
  const tried: Point[] = [];
  for (let points = strategy.suggest(5); points.length > 0; points = strategy.suggest(5)) {
    strategy.update(points.map((point, i) => ({ number: tried.length + i, point, outcome: outcome(point) })));
    tried.push(...points);
  }
  expect(tried).toHaveLength(16);
  expect(new Set(tried.map(inOrder)).size).toBe(16);
});
