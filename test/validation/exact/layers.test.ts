import { expect, test } from "vitest";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { createRandom, type Random } from "../../../src/random/index.ts";
import { assess, createSpace, type Outcome } from "../../../src/search/index.ts";
import { readStudy, readYaml, type Study } from "../../../src/spec/index.ts";
import { InputError } from "../../../src/errors/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { enumerated } from "./subspace.ts";

/**
 * Layers set one by one: random spaces, some of which break the symmetry of layers, every design evaluated by itself. The large run:
 * ECOTILE_LAYERED=40 ECOTILE_DESIGNS=3000 npx vitest run test/validation/exact/layers
 */
const SPACES = Number(process.env["ECOTILE_LAYERED"] ?? 8);
const DESIGNS = Number(process.env["ECOTILE_DESIGNS"] ?? 500);
const FIRST_SEED = Number(process.env["ECOTILE_SEED"] ?? 1);

/** Sums are made in another order: relative difference of one value. */
const ROUNDING = 1e-12;

const studyOf = (text: string): Study => readStudy(readYaml(text, "study.yaml"), FACTOR_NAMES);

/** Several of a list, in its order. */
function some<Item>(random: Random, items: readonly Item[], most: number): readonly Item[] {
  const count = 1 + random.below(Math.min(most, items.length));
  const chosen = new Set(random.shuffle(items).slice(0, count));
  return items.filter((item) => chosen.has(item));
}

type Lists = Readonly<Record<string, readonly (number | string)[]>>;

/** Settings of layers, the same for all or each its own, so that the symmetry of layers is whole, partial or none. */
function layerLists(random: Random, path: string, values: readonly (number | string)[], layers: number): Lists {
  const isEqual = random.chance(1, 2);
  const common = some(random, values, 3);
  return Object.fromEntries(
    Array.from({ length: layers }, (_, i) => [`${path}.${i + 1}`, isEqual ? common : some(random, values, 3)]),
  );
}

const CLIP = { ffn: [768, 1536, 2304, 3072], heads: [4, 8, 12] };

function clipStudy(random: Random): string {
  const layers = 3 + random.below(2);
  const lists: Lists = {
    "model.vision.layers": [layers],
    ...layerLists(random, "model.vision.ffn", CLIP.ffn, layers),
    ...(random.chance(2, 3) ? layerLists(random, "model.vision.heads", CLIP.heads, layers) : {}),
    ...(random.chance(1, 3) ? layerLists(random, "model.text.ffn", [1024, 2048], 2) : {}),
    ...(random.chance(1, 2) ? { "model.text.layers": some(random, [3, 6, 12], 2) } : {}),
    "array.rows": some(random, [32, 128, 256], 2),
    "array.cols": some(random, [4, 16], 2),
    ...(random.chance(1, 3) ? { "dram.capacity": ["100 MB", "512 MB"] } : {}),
    ...(random.chance(1, 4) ? { "deployment.batch": [1, 2] } : {}),
  };
  const latency = random.pick([6, 12, 25, 60]);
  return study("clip-vit-b16", lists, random.pick(OBJECTIVES), [`latency <= ${latency} ms`], random);
}

function decoderStudy(random: Random): string {
  const lists: Lists = {
    "model.text.layers": [4],
    ...layerLists(random, "model.text.ffn", [512, 1024, 2048], 4),
    ...(random.chance(1, 2) ? layerLists(random, "model.text.attention", ["full", "window:16"], 4) : {}),
    "model.text.tokens": [32],
    "array.rows": some(random, [32, 128], 2),
    cores: some(random, [1, 2], 2),
  };
  const objectives = random.pick([["min carbon", "min latency"], ["max accuracy", "min energy"], ["min energy"]]);
  return study("llama-3.2-1b", lists, objectives, ["latency <= 2000 s"], random);
}

const OBJECTIVES = [
  ["max accuracy", "min carbon"],
  ["max accuracy", "min carbon", "min latency"],
  ["max accuracy", "min energy", "min latency"],
  ["min carbon", "min latency"],
  ["max accuracy", "min edp"],
];

function study(
  model: string,
  lists: Lists,
  objectives: readonly string[],
  constraints: readonly string[],
  random: Random,
): string {
  // Lists are cut until every design can be evaluated by itself.
  const cut: Record<string, readonly (number | string)[]> = { ...lists };
  const sizeOf = (): number => Object.values(cut).reduce((product, { length }) => product * length, 1);
  while (sizeOf() > DESIGNS) {
    const path = random.pick(Object.keys(cut).filter((each) => cut[each]!.length > 1));
    cut[path] = cut[path]!.slice(1);
  }
  return `name: layers
model: ${model}
hardware: catransformers-22nm
accuracy: { ignore: [quantisation] }
space: ${JSON.stringify(cut)}
objectives: ${JSON.stringify(objectives)}
constraints: ${JSON.stringify(constraints)}
`;
}

/** Costs of every design that meets its limits, and how many there are in all. */
function everyDesign({ ...study }: Study): { readonly costs: readonly (readonly number[])[]; readonly count: number } {
  const evaluator = createDesignEvaluator(designContext(study));
  const space = createSpace(study.space);
  const count = Number(space.size);
  const costs = Array.from({ length: count }, (_, i): Outcome =>
    evaluator.outcome(space.decode(space.genesAt(BigInt(i)))),
  ).flatMap((outcome) => {
    const assessment = assess(outcome, study.objectives, study.constraints);
    return assessment.kind === "feasible" ? [assessment.costs] : [];
  });
  return { costs, count };
}

const isLess = (x: number, y: number): boolean => x < y - ROUNDING * Math.abs(y);
const isNoMore = (x: number, y: number): boolean => x <= y + ROUNDING * Math.abs(y);
const isEqual = (x: readonly number[], y: readonly number[]): boolean =>
  x.every((value, k) => Math.abs(value - y[k]!) <= ROUNDING * Math.abs(y[k]!));

/** What nothing beats by more than rounding. */
function frontOf(costs: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const beats = (x: readonly number[], y: readonly number[]): boolean =>
    x.every((value, k) => isNoMore(value, y[k]!)) && x.some((value, k) => isLess(value, y[k]!));
  return costs.filter((own) => !costs.some((other) => beats(other, own)));
}

const twelve = (values: readonly number[]): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [i + 1, values])));

const seeds = Array.from({ length: SPACES }, (_, i) => FIRST_SEED + i);

test.each(seeds)(
  "layers apart %i: the exact front is that of brute force up to the order of layers, with its numbers of designs",
  async (seed) => {
    const random = createRandom(seed);
    const text = random.chance(3, 4) ? clipStudy(random) : decoderStudy(random);
    const study = studyOf(text);
    const brute = everyDesign(study);
    const expected = frontOf(brute.costs);
    for (const isBounded of [true, false]) {
      const { front, result } = await enumerated(study, isBounded);
      expect(result.coveredCount).toBe(brute.count);
      if (!isBounded) expect(result.feasibleCount).toBeLessThanOrEqual(brute.costs.length);
      for (const { values } of front) {
        const listed = front.filter((each) => isEqual(each.values, values));
        const stand = listed.reduce((sum, { designs }) => sum + designs, 0);
        expect(stand).toBe(expected.filter((costs) => isEqual(costs, values)).length);
      }
      expect(front.reduce((sum, { designs }) => sum + designs, 0)).toBe(expected.length);
    }
  },
  3_600_000,
);

test("twelve layers with two parameters apart: classes instead of designs", async () => {
  const study = studyOf(`name: apart
model: vit-s16
hardware: catransformers-22nm
space:
  model.vision: { ffn: ${twelve([768, 1152, 1536])}, heads: ${twelve([3, 6])} }
  array.rows: [32, 128]
objectives: [max accuracy, min energy]
accuracy: { metric: imagenet-1k }
`);
  const { front, result } = await enumerated(study, false);
  expect(result.coveredCount).toBe(2 * 6 ** 12);
  expect(result.feasibleCount).toBe(2 * 6 ** 12);
  // Of one FFN size in all layers and one number of heads there is a single design.
  expect(Math.min(...front.map(({ designs }) => designs))).toBe(1);
  expect(Math.max(...front.map(({ designs }) => designs))).toBeGreaterThan(1000);
  for (const { point } of front) expect(Object.keys(point)).toHaveLength(25);
});

test.each(["weights", "activations"])(
  "%s: layers that share a format with the whole tower are refused",
  async (name) => {
    // A format that all layers have is that of the tower, with what stands before and behind them.
    const study = studyOf(`name: formats
model: vit-s16
hardware: catransformers-22nm
space: { quantisation.vision.${name}: ${twelve([4, 8])} }
objectives: [min energy, min latency]
accuracy: none
`);
    await expect(enumerated(study, true)).rejects.toThrow(InputError);
    await expect(enumerated(study, true)).rejects.toThrow("depends on other layers");
  },
);
