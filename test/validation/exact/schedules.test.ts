import { expect, test } from "vitest";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { InputError } from "../../../src/errors/index.ts";
import { evaluate } from "../../../src/evaluate/index.ts";
import { createRandom, type Random } from "../../../src/random/index.ts";
import { createSpace } from "../../../src/search/index.ts";
import { readStudy, readYaml, type Study } from "../../../src/spec/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { bruteForce, enumerated } from "./subspace.ts";

/**
 * Schedules: random spaces with operators that are joined, every design planned and evaluated as a whole. The large run:
 * ECOTILE_SCHEDULED=40 ECOTILE_DESIGNS=1000 npx vitest run test/validation/exact/schedules
 */
const SPACES = Number(process.env["ECOTILE_SCHEDULED"] ?? 8);
const DESIGNS = Number(process.env["ECOTILE_DESIGNS"] ?? 96);
const FIRST_SEED = Number(process.env["ECOTILE_SEED"] ?? 1);

/** Sums are made in another order: relative difference of one value. */
const ROUNDING = 1e-12;

const studyOf = (text: string): Study => readStudy(readYaml(text, "study.yaml"), FACTOR_NAMES);

type Lists = Readonly<Record<string, readonly (number | string | boolean)[]>>;

const OBJECTIVES = [
  ["max accuracy", "min carbon"],
  ["min energy", "min latency"],
  ["max accuracy", "min carbon", "min latency"],
  ["min edp", "max accuracy"],
  ["min latency", "min peak-power"],
];

/** Models of each family, with what differs by option and by layer, and chips that they fit. */
const MODELS: readonly { readonly model: string; readonly chip: string; readonly lists: Lists }[] = [
  {
    model: "clip-vit-b16",
    chip: "catransformers-22nm",
    lists: {
      "model.text.layers": [3, 4],
      "model.text.ffn": [1024, 2048],
      "model.vision.layers": [2],
      "model.vision.ffn.1": [1536, 3072],
      "model.vision.ffn.2": [1536, 3072],
      "model.vision.heads.1": [8, 12],
      "model.vision.heads.2": [8, 12],
    },
  },
  {
    model: "bert-tiny",
    chip: "catransformers-22nm",
    lists: { "model.text.layers": [1, 2, 3], "model.text.ffn": [256, 512], "model.text.heads": [1, 2] },
  },
  {
    model: "llama-3.2-1b",
    chip: "catransformers-22nm",
    lists: {
      "model.text.layers": [2],
      "model.text.ffn.1": [512, 2048],
      "model.text.ffn.2": [512, 2048],
      "model.text.attention.1": ["full", "window:16"],
      "model.text.tokens": [16, 32],
    },
  },
  {
    model: "llama-3.2-1b",
    chip: "a100",
    lists: { "model.text.layers": [1, 2], "model.text.ffn": [512, 2048], "model.text.tokens": [32] },
  },
];

/** Of the smallest model, some hold all weights. */
const BUFFERS: Lists = { "bert-tiny": ["64 KiB", "4800 KiB", "8 MiB"], others: ["64 KiB", "512 KiB", "4 MiB"] };

const SCHEDULES: Lists = {
  "schedule.fusion": ["none", "epilogue", "attention", "all"],
  "schedule.activations": [false, true],
  "schedule.prefetch": [false, true],
};

function scheduledStudy(random: Random): string {
  const { model, chip, lists } = random.pick(MODELS);
  const varied = Object.entries(SCHEDULES).filter(() => random.chance(1, 2));
  const chips: Lists =
    chip === "a100"
      ? { cores: [54, 108] }
      : { "array.rows": [32, 128], "globalBuffer.size": BUFFERS[model] ?? BUFFERS["others"]!, cores: [1, 2] };
  const mayKeep = model === "bert-tiny" && random.chance(2, 3);
  if (mayKeep && random.chance(1, 3)) varied.push(["schedule.weights", [false, true]]);
  const cut: Record<string, readonly (number | string | boolean)[]> = {
    ...lists,
    ...chips,
    ...Object.fromEntries(varied),
  };
  const sizeOf = (): number => Object.values(cut).reduce((product, { length }) => product * length, 1);
  while (sizeOf() > DESIGNS) {
    const path = random.pick(Object.keys(cut).filter((each) => cut[each]!.length > 1));
    cut[path] = cut[path]!.filter((_, i) => i > 0 || cut[path]!.length === 1);
  }
  const fixed = {
    fusion: random.pick(["none", "epilogue", "attention", "all"]),
    activations: random.chance(1, 2),
    prefetch: random.chance(1, 2),
    weights: mayKeep,
  };
  const objectives = OBJECTIVES.filter((each) => !mayKeep || !each.includes("min peak-power"));
  const deployment = random.pick([{}, { rate: "1/s", hoursPerDay: 6 }, { rate: "100/s", hoursPerDay: 24 }]);
  const limit = random.pick(["5 ms", "20 ms", "100 ms", "1000 s"]);
  const mapped = random.pick(["carbon", "energy", "latency"]);
  return `name: schedules
model: ${model}
hardware: ${chip}
deployment: ${JSON.stringify(deployment)}
schedule: ${JSON.stringify(fixed)}
mapping: { objective: ${mapped} }
space: ${JSON.stringify(cut)}
objectives: ${JSON.stringify(random.pick(objectives))}
constraints: ["latency <= ${limit}"]
`;
}

const seeds = Array.from({ length: SPACES }, (_, i) => FIRST_SEED + i);

test.each(seeds)(
  "schedules %i: the exact front is that of every design planned as a whole",
  async (seed) => {
    const study = studyOf(scheduledStudy(createRandom(seed)));
    const brute = bruteForce(study);
    for (const isBounded of [true, false]) {
      const { front, result } = await enumerated(study, isBounded);
      expect(result.coveredCount).toBe(Number(createSpace(study.space).size));
      const isNear = (x: readonly number[], y: readonly number[]): boolean =>
        x.every((value, k) => Math.abs(value - y[k]!) <= ROUNDING * Math.abs(y[k]!));
      for (const { values, key } of front)
        expect(brute.front.filter((own) => isNear(values, own.values)).length, key).toBeGreaterThan(0);
      for (const { values, key } of brute.front)
        expect(front.filter((own) => isNear(own.values, values)).length, key).toBeGreaterThan(0);
    }
  },
  3_600_000,
);

test.each([
  ["latency", "20/s"],
  ["carbon", "3000/s"],
])("weights that stay on chip: of some options, on chips that hold them, by %s at %s", async (objective, rate) => {
  const study = studyOf(`name: kept
model: bert-tiny
hardware: catransformers-22nm
schedule: { weights: true }
mapping: { objective: ${objective} }
deployment: { rate: ${rate}, hoursPerDay: 24 }
space: { model.text.layers: [1, 2, 4, 8], model.text.ffn: [256, 512], globalBuffer.size: [4 MiB, 4800 KiB, 6 MiB] }
objectives: [max accuracy, min carbon, min latency]
constraints: [latency <= 1 s]
`);
  const evaluator = createDesignEvaluator(designContext(study));
  const space = createSpace(study.space);
  const kept = Array.from({ length: Number(space.size) }, (_, i) => {
    const { hardware, model, deployment, technology, schedule } = evaluator.specsOf(
      space.decode(space.genesAt(BigInt(i))),
    );
    const result = evaluate({ hardware, model, deployment, technology, schedule, mapper: study.mapping });
    return result.kind === "evaluated" && result.schedule.weightBytes > 0;
  });
  expect(new Set(kept)).toEqual(new Set([true, false]));
  const brute = bruteForce(study);
  const { front } = await enumerated(study, true);
  expect(front.map(({ key }) => key).sort()).toEqual(brute.front.map(({ key }) => key).sort());
  for (const { key, values } of front) {
    const own = brute.front.find((each) => each.key === key)!.values;
    for (const [k, value] of values.entries())
      expect(Math.abs(value - own[k]!)).toBeLessThanOrEqual(ROUNDING * Math.abs(own[k]!));
  }
});

test("what a schedule decides for a whole model is refused, with what would make it eligible", async () => {
  const run = (schedule: string, { objective = "energy", mapping = "carbon", space = "array.rows: [32, 64]" } = {}) =>
    enumerated(
      studyOf(`name: refused
model: clip-vit-b16
hardware: catransformers-22nm
schedule: ${schedule}
mapping: { objective: ${mapping} }
space: { ${space} }
objectives: [min ${objective}, min latency]
`),
      true,
    );
  const both = { space: "model.text.layers: [1, 2], model.vision.layers: [1, 2]" };
  await expect(run("{ weights: true }", both)).rejects.toThrow(InputError);
  await expect(run("{ weights: true }", both)).rejects.toThrow("schedule: { weights: false }");
  await expect(run("{ weights: true }", { objective: "peak-power" })).rejects.toThrow("schedule: { weights: false }");
  const edp = "mapping.objective energy, carbon or latency";
  await expect(run("{ prefetch: true }", { mapping: "edp" })).rejects.toThrow(edp);
  await expect(run("{ fusion: all }", { mapping: "edp" })).resolves.toBeDefined();
  await expect(run("{ weights: true }")).resolves.toBeDefined();
});
